using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;
using Orchestrator.Controllers.Plans;
using Orchestrator.TestKit.Builders;

namespace Orchestrator.Controllers.Tests.Harness;

/// <summary>A cluster in a dictionary: takes plans the way the object grains would, with revisions, generations, graceful deletes and finalizers.</summary>
internal sealed class FakeCluster : IClusterView
{
    private readonly SortedDictionary<string, StoredObject> _objects = new(StringComparer.Ordinal);
    private long _revision;
    private int _uids;

    public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public List<PlannedWrite.Event> Events { get; } = [];

    /// <summary>Why an object is refused; null: it is not.</summary>
    public Func<ObjectKey, string?> Refuses { get; set; } = _ => null;

    public IEnumerable<StoredObject> All => _objects.Values;

    public StoredObject? Get(ObjectKey key) => _objects.GetValueOrDefault(key.ToString());

    public IReadOnlyList<StoredObject> List(GroupResource resource, string ns = "") =>
        [.. _objects.Values.Where(stored => stored.Key.GroupResource == resource && (ns.Length == 0 || stored.Key.Namespace == ns))];

    public IReadOnlyList<StoredObject> OwnedBy(GroupResource resource, string ownerUid) =>
        [.. List(resource).Where(stored => References(stored).Any(reference => (string?)reference!["uid"] == ownerUid))];

    public JsonObject Read(ObjectKey key) => JsonNode.Parse(Get(key)!.Document.Span)!.AsObject();

    public static JsonObject Read(StoredObject stored) => JsonNode.Parse(stored.Document.Span)!.AsObject();

    /// <summary>Stores a document, new or changed, and gives a new one its uid.</summary>
    public StoredObject Put(GroupResource resource, JsonObject document)
    {
        var metadata = document.Child("metadata");
        metadata["uid"] ??= string.Create(CultureInfo.InvariantCulture, $"uid-{++_uids:D6}");
        metadata["creationTimestamp"] ??= Now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        metadata["generation"] ??= 1;
        var stored = Documents.Stored(resource, document, ++_revision);
        _objects[stored.Key.ToString()] = stored;
        return stored;
    }

    public StoredObject Put(GroupResource resource, string json) => Put(resource, JsonNode.Parse(json)!.AsObject());

    /// <summary>Changes an object as a user would: a changed spec is a new generation.</summary>
    public void Change(ObjectKey key, Action<JsonObject> change)
    {
        var document = Read(key);
        var spec = document["spec"]?.DeepClone();
        change(document);
        if (!JsonNode.DeepEquals(spec, document["spec"]))
        {
            document["metadata"]!["generation"] = (long)document["metadata"]!["generation"]! + 1;
        }

        Settle(key, document);
    }

    public void Remove(ObjectKey key) => _objects.Remove(key.ToString());

    /// <summary>Applies a plan; false when a write was refused and the rest was not tried.</summary>
    public bool Apply(Plan plan)
    {
        foreach (var write in plan.Writes)
        {
            if (!Apply(write))
            {
                return false;
            }
        }

        return true;
    }

    private bool Apply(PlannedWrite write)
    {
        switch (write)
        {
            case PlannedWrite.Create create when Refuses(create.Key) is { } why:
                Assert.All(create.WhenRefused?.Invoke(why) ?? [], consequence => Assert.True(Apply(consequence)));
                return false;
            case PlannedWrite.Create create:
                if (Get(create.Key) is not null)
                {
                    return false;
                }

                Put(create.Key.GroupResource, create.Document.DeepClone().AsObject());
                return true;
            case PlannedWrite.Patch patch:
                if (Get(patch.Key) is not { } current || (patch.ResourceVersion is { } version && version != current.Revision.ToString()))
                {
                    return false;
                }

                Assert.True(patch.Subresource.Length > 0 || !patch.MergePatch.ContainsKey("status"), "status is written through the subresource");
                Change(patch.Key, document => Merge(document, patch.MergePatch));
                return true;
            case PlannedWrite.Delete delete:
                if (Get(delete.Key) is { } doomed && (string?)Read(doomed)["metadata"]!["uid"] == delete.Uid)
                {
                    Delete(delete);
                }

                return true;
            case PlannedWrite.Event said:
                Events.Add(said);
                return true;
            default:
                throw new InvalidOperationException("unknown write " + write);
        }
    }

    private void Delete(PlannedWrite.Delete delete)
    {
        var document = Read(delete.Key);
        var metadata = document.Child("metadata");
        var bound = delete.Key.Resource == "pods" && document["spec"]?["nodeName"] is not null && delete.GracePeriodSeconds != 0
            && (string?)document["status"]?["phase"] is not ("Succeeded" or "Failed");
        if (delete.PropagationPolicy is "Foreground" or "Orphan")
        {
            metadata.Items("finalizers").Add(delete.PropagationPolicy == "Foreground" ? "foregroundDeletion" : "orphan");
        }

        if (bound || metadata["finalizers"] is JsonArray { Count: > 0 })
        {
            metadata["deletionTimestamp"] ??= Now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            Put(delete.Key.GroupResource, document);
        }
        else
        {
            Remove(delete.Key);
        }
    }

    private void Settle(ObjectKey key, JsonObject document)
    {
        var isHeld = (key.Resource == "pods" && document["spec"]?["nodeName"] is not null)
            || (key.Resource == "namespaces" && document["spec"]?["finalizers"] is JsonArray { Count: > 0 });
        if (document["metadata"]!["deletionTimestamp"] is not null && document["metadata"]!["finalizers"] is not JsonArray { Count: > 0 } && !isHeld)
        {
            Remove(key);
        }
        else
        {
            Put(key.GroupResource, document);
        }
    }

    private static JsonArray References(StoredObject stored) => Read(stored)["metadata"]?["ownerReferences"] as JsonArray ?? [];

    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null)
            {
                target.Remove(name);
            }
            else if (value is JsonObject change)
            {
                Merge(target.Child(name), change);
            }
            else
            {
                target[name] = value.DeepClone();
            }
        }
    }

    public override string ToString() => string.Join('\n', _objects.Values.Select(stored => Encoding.UTF8.GetString(stored.Document.Span)));
}
