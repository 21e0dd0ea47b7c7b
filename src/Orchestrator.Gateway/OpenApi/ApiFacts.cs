using System.Text.Json;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Registry;
using Orchestrator.Api.Schema;

namespace Orchestrator.Gateway.OpenApi;

/// <summary>The facts of the served API while documents are made from them; a parsed tree that lives no longer than that.</summary>
internal sealed class ApiFacts : IDisposable
{
    private const string DefinitionPrefix = "#/definitions/";

    /// <summary>Custom resources of groups below k8s.io have names like <c>io.k8s.storage.snapshot.v1.VolumeSnapshot</c>.</summary>
    private static readonly string[] OwnPrefixes = ["io.k8s.api.", "io.k8s.apimachinery.", "io.k8s.apiextensions-apiserver.", "io.k8s.kube-aggregator."];

    private readonly JsonDocument document;
    private readonly JsonDocument? custom;
    private readonly KindRegistry kinds;
    private readonly Dictionary<string, JsonElement> definitions = new(StringComparer.Ordinal);
    private readonly Dictionary<GroupVersionKind, string> byKind = [];

    /// <summary>Reads the facts of what the registry serves.</summary>
    /// <param name="kinds">The kinds.</param>
    /// <param name="isVersion3">False: the schemas of custom resources lose what OpenAPI 2 cannot say.</param>
    public ApiFacts(KindRegistry kinds, bool isVersion3)
    {
        using var stream = OpenApiSchemas.OpenFacts();
        document = JsonDocument.Parse(stream);
        this.kinds = kinds;
        var own = kinds.All.Where(kind => kind.Custom is not null).ToList();
        custom = own.Count == 0 ? null : CustomFacts.Write(own, isVersion3);
        foreach (var definition in Members("definitions"))
        {
            definitions[definition.Name] = definition.Value;
            foreach (var kind in KindsOf(definition.Value))
            {
                byKind.TryAdd(kind, definition.Name);
            }
        }
    }

    /// <summary>All definitions by name.</summary>
    public IReadOnlyDictionary<string, JsonElement> Definitions => definitions;

    /// <summary>The paths that are served, with the document of OpenAPI 3 that each belongs to, as in <c>apis/apps/v1</c>.</summary>
    public IEnumerable<(string Document, string Path, JsonElement Item)> Paths()
    {
        foreach (var path in Members("paths"))
        {
            if (DocumentOf(path.Name) is { } name)
            {
                yield return (name, path.Name, path.Value);
            }
        }
    }

    /// <summary>The definition of a kind, or null.</summary>
    public string? DefinitionOf(GroupVersionKind kind) => byKind.GetValueOrDefault(kind);

    /// <summary>The definitions of all kinds of a group's version and those that its paths need, with everything that they refer to, by name.</summary>
    public IReadOnlyCollection<string> DefinitionsOf(string group, string version, IEnumerable<OperationFacts> operations)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var operation in operations)
        {
            AddWithReferences(operation.Body(this) ?? "", found);
            AddWithReferences(operation.Answer(this) ?? "", found);
        }

        foreach (var (kind, definition) in byKind)
        {
            if (kind.Group == group && kind.Version == version)
            {
                AddWithReferences(definition, found);
            }
        }

        return found;
    }

    /// <summary>Whether a definition is one of the built-in kinds', by its name; all others are of custom resources.</summary>
    public static bool IsBuiltIn(string definition) => Array.Exists(OwnPrefixes, prefix => definition.StartsWith(prefix, StringComparison.Ordinal));

    /// <summary>The kinds that a definition says it is.</summary>
    public static IEnumerable<GroupVersionKind> KindsOf(JsonElement definition) =>
        definition.TryGetProperty("x-kubernetes-group-version-kind", out var kinds) && kinds.ValueKind == JsonValueKind.Array
            ? kinds.EnumerateArray().Select(KindOf)
            : [];

    /// <summary>Reads group, version and kind.</summary>
    public static GroupVersionKind KindOf(JsonElement kind) =>
        new(kind.GetProperty("group").GetString()!, kind.GetProperty("version").GetString()!, kind.GetProperty("kind").GetString()!);

    /// <summary>The name that a reference points at.</summary>
    public static string Referred(JsonElement reference) => reference.GetString()![DefinitionPrefix.Length..];

    /// <inheritdoc />
    public void Dispose()
    {
        document.Dispose();
        custom?.Dispose();
    }

    private IEnumerable<JsonProperty> Members(string name)
    {
        var builtIn = document.RootElement.GetProperty(name).EnumerateObject().AsEnumerable();
        return custom is null ? builtIn : builtIn.Concat(custom.RootElement.GetProperty(name).EnumerateObject());
    }

    private string? DocumentOf(string path) => path.Trim('/').Split('/') switch
    {
        ["logs", ..] => null,
        ["api"] => "api",
        ["api", var version, ..] => "api/" + version,
        ["apis"] => "apis",
        ["apis", var group] => kinds.All.Any(kind => kind.Group == group) ? "apis/" + group : null,
        ["apis", var group, var version, ..] =>
            kinds.All.Any(kind => kind.Group == group && kind.Version == version) ? $"apis/{group}/{version}" : null,
        var other => string.Join('/', other),
    };

    private void AddWithReferences(string name, SortedSet<string> found)
    {
        if (definitions.TryGetValue(name, out var definition) && found.Add(name))
        {
            AddReferences(definition, found);
        }
    }

    private void AddReferences(JsonElement element, SortedSet<string> found)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    if (member.NameEquals("$ref") && member.Value.ValueKind == JsonValueKind.String)
                    {
                        AddWithReferences(Referred(member.Value), found);
                    }
                    else
                    {
                        AddReferences(member.Value, found);
                    }
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    AddReferences(item, found);
                }

                break;
        }
    }
}
