using System.Text.Json;
using Orchestrator.Api.Identity;

namespace Orchestrator.Api.Registry;

/// <summary>Reads kinds from an aggregated discovery document (apidiscovery.k8s.io/v2).</summary>
internal static class DiscoveryDocument
{
    private const string ResourceName = "Orchestrator.Api.Schemas.discovery-1.36.json";

    // events.k8s.io is a second view of the core group's events.
    private static readonly GroupResource Events = new("", "events");

    public static IReadOnlyList<ResourceKind> ReadBuiltIn()
    {
        using var stream = typeof(DiscoveryDocument).Assembly.GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException($"the embedded resource {ResourceName} is missing");
        using var document = JsonDocument.Parse(stream);
        var kinds = new List<ResourceKind>();
        foreach (var root in (string[])["api", "apis"])
        {
            foreach (var group in document.RootElement.GetProperty(root).GetProperty("items").EnumerateArray())
            {
                kinds.AddRange(ReadGroup(group));
            }
        }

        return kinds;
    }

    private static IEnumerable<ResourceKind> ReadGroup(JsonElement group)
    {
        var name = group.GetProperty("metadata").TryGetProperty("name", out var given) ? given.GetString()! : "";
        var storageVersion = group.GetProperty("versions")[0].GetProperty("version").GetString()!;
        foreach (var version in group.GetProperty("versions").EnumerateArray())
        {
            foreach (var resource in version.GetProperty("resources").EnumerateArray())
            {
                yield return ReadKind(resource, name, version.GetProperty("version").GetString()!, storageVersion);
            }
        }
    }

    private static ResourceKind ReadKind(JsonElement resource, string group, string version, string storageVersion)
    {
        var plural = resource.GetProperty("resource").GetString()!;
        var storage = group == "events.k8s.io" ? Events : new GroupResource(group, plural);
        return new ResourceKind
        {
            Group = group,
            Version = version,
            Kind = resource.GetProperty("responseKind").GetProperty("kind").GetString()!,
            Resource = plural,
            Singular = Text(resource, "singularResource"),
            ShortNames = Texts(resource, "shortNames"),
            Categories = Texts(resource, "categories"),
            Namespaced = Text(resource, "scope") == "Namespaced",
            Verbs = Texts(resource, "verbs"),
            Subresources = ReadSubresources(resource, group, version),
            StorageResource = storage,
            StorageApiVersion = storage.Group.Length == 0 ? "v1" : storage.Group + "/" + storageVersion,
        };
    }

    private static List<Subresource> ReadSubresources(JsonElement resource, string group, string version)
    {
        if (!resource.TryGetProperty("subresources", out var listed))
        {
            return [];
        }

        var subresources = new List<Subresource>();
        foreach (var subresource in listed.EnumerateArray())
        {
            var response = subresource.GetProperty("responseKind");
            var foreign = Text(response, "version").Length > 0;
            var kind = new GroupVersionKind(foreign ? Text(response, "group") : group, foreign ? Text(response, "version") : version, Text(response, "kind"));
            subresources.Add(new Subresource(Text(subresource, "subresource"), kind, Texts(subresource, "verbs")));
        }

        return subresources;
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    private static List<string> Texts(JsonElement element, string name) =>
        element.TryGetProperty(name, out var list) ? [.. list.EnumerateArray().Select(item => item.GetString()!)] : [];
}
