using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Registry;

namespace Orchestrator.Gateway.Discovery;

/// <summary>Tells clients which kinds there are, in the aggregated form and in the old one.</summary>
/// <remarks>Upstream: apiserver/pkg/endpoints/discovery.</remarks>
internal static class DiscoveryDocuments
{
    /// <summary>How much of a SHA-256 hash stands for a storage version.</summary>
    private const int HashedBytes = 8;

    /// <summary>All versions of the core group (named false) or of the named groups, in one document.</summary>
    public static JsonObject Aggregated(KindRegistry kinds, bool named)
    {
        var groups = kinds.All.Where(kind => kind.Group.Length > 0 == named).GroupBy(kind => kind.Group).Select(AggregatedGroup);
        return new JsonObject
        {
            ["kind"] = "APIGroupDiscoveryList",
            ["apiVersion"] = "apidiscovery.k8s.io/v2",
            ["metadata"] = new JsonObject(),
            ["items"] = new JsonArray([.. groups]),
        };
    }

    /// <summary><c>/api</c>.</summary>
    public static JsonObject CoreVersions(string serverAddress) => new()
    {
        ["kind"] = "APIVersions",
        ["versions"] = new JsonArray("v1"),
        ["serverAddressByClientCIDRs"] = new JsonArray(new JsonObject { ["clientCIDR"] = "0.0.0.0/0", ["serverAddress"] = serverAddress }),
    };

    /// <summary><c>/apis</c>.</summary>
    public static JsonObject Groups(KindRegistry kinds) => new()
    {
        ["kind"] = "APIGroupList",
        ["apiVersion"] = "v1",
        ["groups"] = new JsonArray([.. kinds.All.Where(kind => kind.Group.Length > 0).GroupBy(kind => kind.Group).Select(group => GroupOf(group.Key, group))]),
    };

    /// <summary><c>/apis/GROUP</c>, or null when there is no such group.</summary>
    public static JsonObject? Group(KindRegistry kinds, string name)
    {
        var members = kinds.All.Where(kind => kind.Group == name).ToList();
        if (members.Count == 0)
        {
            return null;
        }

        var group = new JsonObject { ["kind"] = "APIGroup", ["apiVersion"] = "v1" };
        foreach (var (member, value) in GroupOf(name, members))
        {
            group[member] = value?.DeepClone();
        }

        return group;
    }

    /// <summary><c>/api/v1</c> or <c>/apis/GROUP/VERSION</c>, or null when there is no such version.</summary>
    public static JsonObject? Resources(KindRegistry kinds, string group, string version)
    {
        var members = kinds.All.Where(kind => kind.Group == group && kind.Version == version).ToList();
        if (members.Count == 0)
        {
            return null;
        }

        var list = new JsonObject { ["kind"] = "APIResourceList" };
        if (group.Length > 0)
        {
            list["apiVersion"] = "v1";
        }

        list["groupVersion"] = members[0].ApiVersion;
        list["resources"] = new JsonArray([.. members.SelectMany(Entries)]);
        return list;
    }

    private static JsonObject GroupOf(string name, IEnumerable<ResourceKind> members)
    {
        var versions = members.Select(kind => kind.Version).Distinct().ToList();
        return new JsonObject
        {
            ["name"] = name,
            ["versions"] = new JsonArray([.. versions.Select(version => VersionOf(name, version))]),
            ["preferredVersion"] = VersionOf(name, versions[0]),
        };
    }

    private static JsonObject VersionOf(string group, string version) => new() { ["groupVersion"] = group + "/" + version, ["version"] = version };

    private static IEnumerable<JsonNode> Entries(ResourceKind kind)
    {
        var entry = new JsonObject
        {
            ["name"] = kind.Resource,
            ["singularName"] = kind.Singular,
            ["namespaced"] = kind.Namespaced,
            ["kind"] = kind.Kind,
            ["verbs"] = Words(kind.Verbs),
        };
        SetWords(entry, "shortNames", kind.ShortNames);
        SetWords(entry, "categories", kind.Categories);
        if (kind.IsStored && kind.Allows("create"))
        {
            entry["storageVersionHash"] = StorageVersionHash(kind);
        }

        yield return entry;
        foreach (var subresource in kind.Subresources)
        {
            var sub = new JsonObject { ["name"] = kind.Resource + "/" + subresource.Name, ["singularName"] = "", ["namespaced"] = kind.Namespaced };
            if (IsForeign(kind, subresource.Response))
            {
                sub["group"] = subresource.Response.Group;
                sub["version"] = subresource.Response.Version;
            }

            sub["kind"] = subresource.Response.Kind;
            sub["verbs"] = Words(subresource.Verbs);
            yield return sub;
        }
    }

    /// <summary>By this clients and the storage migrator see that the stored version of a kind changed. Upstream: discovery.StorageVersionHash.</summary>
    private static string StorageVersionHash(ResourceKind kind)
    {
        var name = kind.StorageApiVersion.Contains('/', StringComparison.Ordinal) ? kind.StorageApiVersion : "/" + kind.StorageApiVersion;
        return Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(name + "/" + kind.Kind)).AsSpan(0, HashedBytes));
    }

    private static JsonNode AggregatedGroup(IGrouping<string, ResourceKind> group)
    {
        var metadata = new JsonObject();
        if (group.Key.Length > 0)
        {
            metadata["name"] = group.Key;
        }

        return new JsonObject
        {
            ["metadata"] = metadata,
            ["versions"] = new JsonArray([.. group.GroupBy(kind => kind.Version).Select(version => new JsonObject
            {
                ["version"] = version.Key,
                ["resources"] = new JsonArray([.. version.Select(AggregatedResource)]),
                ["freshness"] = "Current",
            })]),
        };
    }

    private static JsonNode AggregatedResource(ResourceKind kind)
    {
        var resource = new JsonObject
        {
            ["resource"] = kind.Resource,
            ["responseKind"] = ResponseKind(kind, kind.GroupVersionKind),
            ["scope"] = kind.Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = kind.Singular,
            ["verbs"] = Words(kind.Verbs),
        };
        SetWords(resource, "shortNames", kind.ShortNames);
        SetWords(resource, "categories", kind.Categories);
        if (kind.Subresources.Count > 0)
        {
            resource["subresources"] = new JsonArray([.. kind.Subresources.Select(subresource => new JsonObject
            {
                ["subresource"] = subresource.Name,
                ["responseKind"] = ResponseKind(kind, subresource.Response),
                ["verbs"] = Words(subresource.Verbs),
            })]);
        }

        return resource;
    }

    /// <summary>Group and version stay empty when they are those of the list around them.</summary>
    private static JsonObject ResponseKind(ResourceKind around, GroupVersionKind kind)
    {
        // Upstream's document for definitions says both always.
        var foreign = around.Custom is not null || IsForeign(around, kind);
        return new JsonObject { ["group"] = foreign ? kind.Group : "", ["version"] = foreign ? kind.Version : "", ["kind"] = kind.Kind };
    }

    private static bool IsForeign(ResourceKind around, GroupVersionKind kind) => kind.Group != around.Group || kind.Version != around.Version;

    private static JsonArray Words(IEnumerable<string> words) => new([.. words.Select(word => JsonValue.Create(word))]);

    private static void SetWords(JsonObject target, string name, IReadOnlyList<string> words)
    {
        if (words.Count > 0)
        {
            target[name] = Words(words);
        }
    }
}
