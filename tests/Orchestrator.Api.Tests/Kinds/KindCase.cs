using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;
using Xunit;

namespace Orchestrator.Api.Tests.Kinds;

/// <summary>Checks of a kind's rules on documents written as JSON.</summary>
internal static class KindCase
{
    public static JsonObject Json(string text) => (JsonObject)JsonNode.Parse(text)!;

    public static IKindStrategy Strategy(string group, string resource) => KindStrategies.BuiltIn.For(new GroupResource(group, resource));

    public static Surroundings At(params (ObjectKey Key, string Document)[] objects) =>
        new(DateTimeOffset.UnixEpoch, () => new Guid("8a2f0c1e-0000-0000-0000-000000000001"), new DictionaryView(objects));

    /// <summary>What a create makes of a document: defaults, what the server gives, no faults.</summary>
    public static JsonObject Created(IKindStrategy strategy, string document)
    {
        var obj = Json(document);
        strategy.Default(obj);
        strategy.PrepareForCreate(obj, At());
        Assert.Empty(strategy.Validate(obj).Select(fault => fault.ToString()));
        return obj;
    }

    /// <summary>The faults of a new document, after defaults, each as path and text.</summary>
    public static string[] Faults(IKindStrategy strategy, string document)
    {
        var obj = Json(document);
        strategy.Default(obj);
        strategy.PrepareForCreate(obj, At());
        return [.. strategy.Validate(obj).Select(fault => fault.ToString())];
    }

    /// <summary>The faults of a change, after defaults of both.</summary>
    public static string[] UpdateFaults(IKindStrategy strategy, string old, string document, string subresource = "")
    {
        var (before, obj) = (Json(old), Json(document));
        strategy.Default(before);
        strategy.Default(obj);
        strategy.PrepareForUpdate(obj, before, subresource);
        return [.. strategy.ValidateUpdate(obj, before, subresource).Select(fault => fault.ToString())];
    }

    public static void AssertSame(string expected, JsonNode? actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual?.ToJsonString() ?? "null")), actual?.ToJsonString());

    /// <summary>Whether each fault is among the actual ones, and no other.</summary>
    public static void AssertFaults(string expected, string[] actual) =>
        Assert.Equal(expected.Split('|', StringSplitOptions.RemoveEmptyEntries), actual);
}

/// <summary>A cluster in a dictionary.</summary>
internal sealed class DictionaryView((ObjectKey Key, string Document)[] objects) : IClusterView
{
    public StoredObject? Get(ObjectKey key) => All().FirstOrDefault(stored => stored.Key == key);

    public IReadOnlyList<StoredObject> List(GroupResource resource, string ns = "") =>
        [.. All().Where(stored => stored.Key.GroupResource == resource && (ns.Length == 0 || stored.Key.Namespace == ns))];

    public IReadOnlyList<StoredObject> OwnedBy(GroupResource resource, string ownerUid) =>
        [.. List(resource).Where(stored => System.Text.Encoding.UTF8.GetString(stored.Document.Span).Contains(ownerUid, StringComparison.Ordinal))];

    private IEnumerable<StoredObject> All() =>
        objects.Select(entry => new StoredObject(entry.Key, new Revision(1), System.Text.Encoding.UTF8.GetBytes(entry.Document)));
}
