using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Registry;
using Orchestrator.Api.Views;
using Orchestrator.Controllers.Objects;
using Orchestrator.Controllers.Plans;

namespace Orchestrator.Controllers.GarbageCollection;

/// <summary>Deletes what its owners left behind, and carries out foreground and orphaning deletes.</summary>
/// <remarks>Upstream: pkg/controller/garbagecollector. No graph is kept: the view answers who owns what. An owner that is absent from the view is gone,
/// because the view takes in changes in the order of their commits and an owner was there before its dependents.</remarks>
/// <param name="kinds">The kinds that are served now.</param>
internal sealed class GarbageCollector(Func<KindRegistry> kinds) : IReconciler
{
    private const string Foreground = "foregroundDeletion";
    private const string Orphan = "orphan";

    public string Name => "generic-garbage-collector";

    public IReadOnlyList<GroupResource> Watches { get; } = [];

    public IEnumerable<ObjectKey> KeysFor(StoredObject? before, StoredObject after, bool removed, IClusterView view)
    {
        var meta = Concerns(after) || removed ? Typed.Meta(after) : null;
        if (meta is null)
        {
            return [];
        }

        if (!removed)
        {
            return [after.Key];
        }

        // Dependents have lost an owner; owners that wait for their dependents have one less to wait for.
        var owners = (meta.OwnerReferences ?? []).Select(reference => OwnerKey(reference, after.Key.Namespace)).OfType<ObjectKey>();
        return Dependents(meta.Uid, view).Select(stored => stored.Key).Concat(owners.Where(owner => view.Get(owner) is { } stored && Concerns(stored)));
    }

    public IEnumerable<ObjectKey> AllKeys(IClusterView view) => StorageResources().SelectMany(resource => view.List(resource)).Where(Concerns).Select(stored => stored.Key);

    public Plan Reconcile(ObjectKey key, IClusterView view, DateTimeOffset now)
    {
        if (view.Get(key) is not { } stored || !Concerns(stored))
        {
            return Plan.Nothing;
        }

        var meta = Typed.Meta(stored);
        var deleting = meta.DeletionTimestamp is not null;
        if (deleting && meta.Finalizers?.Contains(Orphan) == true)
        {
            return new Plan { Writes = [.. Orphaned(meta.Uid, view), WithoutFinalizer(stored, meta, Orphan)] };
        }

        if (deleting && meta.Finalizers?.Contains(Foreground) == true)
        {
            return ForegroundStep(stored, meta, view);
        }

        return deleting || meta.OwnerReferences is null or { Count: 0 } ? Plan.Nothing : OwnedStep(stored, meta, view);
    }

    /// <summary>Lets the owner go once no dependent blocks it any more; until then deletes those that do.</summary>
    private Plan ForegroundStep(StoredObject stored, V1ObjectMeta meta, IClusterView view)
    {
        var blocking = Dependents(meta.Uid, view).Where(dependent => Blocks(dependent, meta.Uid)).ToList();
        return blocking.Count == 0
            ? new Plan { Writes = [WithoutFinalizer(stored, meta, Foreground)] }
            : new Plan { Writes = [.. blocking.SelectMany(dependent => DependentWrites(dependent, view))] };
    }

    private Plan OwnedStep(StoredObject stored, V1ObjectMeta meta, IClusterView view)
    {
        var (solid, dangling, waiting) = Sort(meta, stored.Key.Namespace, view);
        if (solid.Count > 0)
        {
            return dangling.Count + waiting.Count == 0
                ? Plan.Nothing
                : new Plan { Writes = [WithoutOwners(stored, meta.Uid, dangling.Concat(waiting))] };
        }

        // In a foreground deletion the dependent's own dependents go before it too.
        var policy = waiting.Count > 0 && Dependents(meta.Uid, view).Any() ? "Foreground"
            : meta.Finalizers?.Contains(Orphan) == true ? "Orphan"
            : meta.Finalizers?.Contains(Foreground) == true ? "Foreground"
            : "Background";
        return new Plan { Writes = [new PlannedWrite.Delete(stored.Key, meta.Uid, policy)] };
    }

    private IReadOnlyList<PlannedWrite> DependentWrites(StoredObject dependent, IClusterView view)
    {
        var meta = Typed.Meta(dependent);
        return meta.DeletionTimestamp is null ? OwnedStep(dependent, meta, view).Writes : [];
    }

    private (List<V1OwnerReference> Solid, List<V1OwnerReference> Dangling, List<V1OwnerReference> Waiting) Sort(V1ObjectMeta meta, string ns, IClusterView view)
    {
        var sorted = (Solid: new List<V1OwnerReference>(), Dangling: new List<V1OwnerReference>(), Waiting: new List<V1OwnerReference>());
        foreach (var reference in meta.OwnerReferences)
        {
            // Of a kind that is not known it cannot be said that its owner is gone.
            var key = OwnerKey(reference, ns);
            var owner = key is { } known ? view.Get(known) : null;
            var ownerMeta = owner is null ? null : Typed.Meta(owner);
            if (key is not null && ownerMeta?.Uid != reference.Uid)
            {
                sorted.Dangling.Add(reference);
            }
            else if (reference.BlockOwnerDeletion == true && ownerMeta?.DeletionTimestamp is not null && ownerMeta.Finalizers?.Contains(Foreground) == true)
            {
                sorted.Waiting.Add(reference);
            }
            else
            {
                sorted.Solid.Add(reference);
            }
        }

        return sorted;
    }

    private IEnumerable<PlannedWrite> Orphaned(string uid, IClusterView view) =>
        Dependents(uid, view).Select(dependent => WithoutOwners(
            dependent, Typed.Meta(dependent).Uid, Typed.Meta(dependent).OwnerReferences.Where(reference => reference.Uid == uid)));

    private static PlannedWrite.Patch WithoutOwners(StoredObject stored, string uid, IEnumerable<V1OwnerReference> gone)
    {
        var uids = gone.Select(reference => reference.Uid).ToHashSet();
        return Ownership.References(stored, uid, [.. Ownership.Existing(stored).Where(reference => !uids.Contains((string?)reference?["uid"] ?? ""))]);
    }

    private static PlannedWrite.Patch WithoutFinalizer(StoredObject stored, V1ObjectMeta meta, string finalizer)
    {
        var rest = meta.Finalizers.Where(known => known != finalizer).Select(known => (JsonNode?)known).ToArray();
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["finalizers"] = rest.Length == 0 ? null : new JsonArray(rest) } };
        return new PlannedWrite.Patch(stored.Key, patch, "", stored.Revision.ToString());
    }

    private static bool Blocks(StoredObject dependent, string uid) =>
        Typed.Meta(dependent).OwnerReferences?.Any(reference => reference.Uid == uid && reference.BlockOwnerDeletion == true) == true;

    private IEnumerable<StoredObject> Dependents(string uid, IClusterView view) => StorageResources().SelectMany(resource => view.OwnedBy(resource, uid));

    private IEnumerable<GroupResource> StorageResources() =>
        kinds().All.Where(kind => kind.IsStored && kind.Allows("delete")).Select(kind => kind.StorageResource).Distinct();

    private ObjectKey? OwnerKey(V1OwnerReference reference, string ns)
    {
        var parts = reference.ApiVersion.Split('/');
        var kind = kinds().Find(new GroupVersionKind(parts.Length == 2 ? parts[0] : "", parts[^1], reference.Kind));
        return kind?.Key(kind.Namespaced ? ns : "", reference.Name);
    }

    // Looks for the words before it reads the document: most objects of a cluster concern no collector, and every change passes here.
    private static bool Concerns(StoredObject stored) =>
        stored.Document.Span.IndexOf("\"ownerReferences\""u8) >= 0 || stored.Document.Span.IndexOf("\"deletionTimestamp\""u8) >= 0;
}
