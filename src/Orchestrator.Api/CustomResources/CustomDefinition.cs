using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.CustomResources;

/// <summary>A CustomResourceDefinition as it is stored, read once: what the server serves is made from it.</summary>
public sealed class CustomDefinition
{
    private readonly JsonObject document;

    private CustomDefinition(StoredObject stored)
    {
        document = DocumentEncoding.Decode(stored.Document);
        Revision = stored.Revision;
        Name = stored.Key.Name;
        var spec = document["spec"] as JsonObject;
        Group = Text(spec, "group");
        IsNamespaced = Text(spec, "scope") == "Namespaced";
        Names = CustomNames.Read(spec?["names"] as JsonObject);
        Accepted = CustomNames.Read(document["status"]?["acceptedNames"] as JsonObject);
        PreservesUnknownFields = Flag(spec, "preserveUnknownFields");
        Conversion = ConversionWebhook.Read(spec?["conversion"] as JsonObject);
        Versions = spec?["versions"] is JsonArray versions ? [.. versions.OfType<JsonObject>().Select(version => new CustomVersion(this, version))] : [];
    }

    /// <summary>The resource of definitions.</summary>
    public static GroupResource Resource { get; } = new("apiextensions.k8s.io", "customresourcedefinitions");

    /// <summary>The definition's name.</summary>
    public string Name { get; }

    /// <summary>The revision of its last write.</summary>
    public Revision Revision { get; }

    /// <summary>The API group.</summary>
    public string Group { get; }

    /// <summary>True: objects live in a namespace.</summary>
    public bool IsNamespaced { get; }

    /// <summary>The names asked for.</summary>
    public CustomNames Names { get; }

    /// <summary>The names that are served.</summary>
    public CustomNames Accepted { get; }

    /// <summary>True: nothing is pruned. Only definitions of old versions have it.</summary>
    public bool PreservesUnknownFields { get; }

    /// <summary>The webhook that converts between versions; null: only the apiVersion differs.</summary>
    public ConversionWebhook? Conversion { get; }

    /// <summary>The versions, as written.</summary>
    public IReadOnlyList<CustomVersion> Versions { get; }

    /// <summary>The version that objects are stored in; null of a definition that is at fault.</summary>
    public CustomVersion? Storage => Versions.FirstOrDefault(version => version.IsStorage);

    /// <summary>The resource whose objects it defines.</summary>
    public GroupResource Defined => new(Group, Names.Plural);

    /// <summary>True: the names are accepted and the objects are served.</summary>
    public bool IsEstablished => HasCondition("Established");

    /// <summary>True: it is being deleted, and its objects with it.</summary>
    public bool IsTerminating => HasCondition("Terminating");

    /// <summary>True: it has been asked to go.</summary>
    public bool IsDeleted => document["metadata"]?["deletionTimestamp"] is not null;

    /// <summary>Reads a definition.</summary>
    public static CustomDefinition Read(StoredObject stored) => new(stored);

    /// <summary>The version of that name, or null.</summary>
    public CustomVersion? Version(string name) => Versions.FirstOrDefault(version => version.Name == name);

    internal static string Text(JsonObject? source, string name) =>
        source?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    internal static IReadOnlyList<string> Texts(JsonObject? source, string name) =>
        source?[name] is JsonArray list ? [.. list.OfType<JsonValue>().Select(item => item.TryGetValue<string>(out var text) ? text : "")] : [];

    internal static bool Flag(JsonObject? source, string name) => source?[name]?.GetValueKind() == JsonValueKind.True;

    private bool HasCondition(string type) =>
        document["status"]?["conditions"] is JsonArray conditions
        && conditions.OfType<JsonObject>().Any(condition => Text(condition, "type") == type && Text(condition, "status") == "True");
}
