using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Registry;
using Orchestrator.Api.Views;
using Orchestrator.Controllers.Objects;
using Orchestrator.Controllers.Plans;

namespace Orchestrator.Controllers.Namespaces;

/// <summary>Empties a namespace that is being deleted, pods first, and then lets it go.</summary>
/// <remarks>Upstream: pkg/controller/namespace, with ordered deletion: nothing that a pod may need goes before the pod.</remarks>
/// <param name="kinds">The kinds that are served now.</param>
internal sealed class NamespaceReconciler(Func<KindRegistry> kinds) : IReconciler
{
    /// <summary>Deletes in one pass; the rest follows in the next.</summary>
    public const int MaxDeletes = 500;

    private const string Finalizer = "kubernetes";

    // Contents of any kind may be what is waited for; looking again is cheaper than hearing of every change in the cluster.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    public string Name => "namespace-controller";

    public IReadOnlyList<GroupResource> Watches { get; } = [Resources.Namespaces, Resources.Pods];

    public IEnumerable<ObjectKey> KeysFor(StoredObject? before, StoredObject after, bool removed, IClusterView view)
    {
        if (after.Key.GroupResource == Resources.Namespaces)
        {
            return [after.Key];
        }

        var key = Resources.Namespaces.Key("", after.Key.Namespace);
        return removed && view.Get(key) is { } stored && Typed.Meta(stored).DeletionTimestamp is not null ? [key] : [];
    }

    public IEnumerable<ObjectKey> AllKeys(IClusterView view) => view.List(Resources.Namespaces).Select(stored => stored.Key);

    public Plan Reconcile(ObjectKey key, IClusterView view, DateTimeOffset now)
    {
        if (view.Get<V1Namespace>(key) is not { IsDeleting: true } ns || ns.Value.Spec?.Finalizers?.Contains(Finalizer) != true)
        {
            return Plan.Nothing;
        }

        var contents = Contents(key.Name, view);
        if (contents.Count == 0)
        {
            var rest = ns.Value.Spec.Finalizers.Where(finalizer => finalizer != Finalizer).Select(finalizer => (JsonNode?)finalizer);
            var patch = new JsonObject { ["spec"] = new JsonObject { ["finalizers"] = new JsonArray([.. rest]) } };
            return new Plan { Writes = [new PlannedWrite.Patch(key, patch, "finalize", ns.ResourceVersion)] };
        }

        var pods = contents.Where(stored => stored.Key.GroupResource == Resources.Pods).ToList();
        var writes = new List<PlannedWrite>();
        if (Status(ns, contents, now) is { } status)
        {
            writes.Add(new PlannedWrite.Patch(key, status, "status", ns.ResourceVersion));
        }

        writes.AddRange((pods.Count > 0 ? pods : contents)
            .Where(stored => Typed.Meta(stored).DeletionTimestamp is null)
            .Take(MaxDeletes)
            .Select(stored => new PlannedWrite.Delete(stored.Key, Typed.Meta(stored).Uid, "Background")));
        return new Plan { Writes = writes, RequeueAfter = LookAgain };
    }

    private List<StoredObject> Contents(string ns, IClusterView view) =>
        [.. kinds().All
            .Where(kind => kind.Namespaced && kind.IsStored && kind.Allows("delete"))
            .Select(kind => kind.StorageResource)
            .Distinct()
            .SelectMany(resource => view.List(resource, ns))];

    private static JsonObject? Status(Typed<V1Namespace> ns, List<StoredObject> contents, DateTimeOffset now)
    {
        var known = (ns.Value.Status?.Conditions ?? []).ToDictionary(condition => condition.Type);
        var finalizers = contents
            .SelectMany(stored => Typed.Meta(stored).Finalizers ?? [])
            .GroupBy(finalizer => finalizer).OrderBy(group => group.Key, StringComparer.Ordinal).ToList();
        var remaining = contents
            .GroupBy(stored => stored.Key.GroupResource.ToString()).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Key} has {group.Count()} resource instances"));
        var conditions = new JsonArray(
            Condition("NamespaceDeletionDiscoveryFailure", "False", "ResourcesDiscovered", "All resources successfully discovered"),
            Condition("NamespaceDeletionGroupVersionParsingFailure", "False", "ParsedGroupVersions", "All legacy kube types successfully parsed"),
            Condition("NamespaceDeletionContentFailure", "False", "ContentDeleted", "All content successfully deleted, may be waiting on finalization"),
            Condition("NamespaceContentRemaining", "True", "SomeResourcesRemain", "Some resources are remaining: " + string.Join(", ", remaining)),
            finalizers.Count == 0
                ? Condition("NamespaceFinalizersRemaining", "False", "ContentHasNoFinalizers", "All content-preserving finalizers finished")
                : Condition(
                    "NamespaceFinalizersRemaining", "True", "SomeFinalizersRemain", "Some content in the namespace has finalizers remaining: "
                    + string.Join(", ", finalizers.Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Key} in {group.Count()} resource instances")))));
        return MergePatches.Status(
            Typed.Document(ns.Stored)["status"] as JsonObject, new JsonObject { ["phase"] = "Terminating", ["conditions"] = conditions }, ["phase", "conditions"]);

        JsonObject Condition(string type, string status, string reason, string message) => new()
        {
            ["type"] = type,
            ["status"] = status,
            ["lastTransitionTime"] = known.TryGetValue(type, out var before) && before.Status == status && before.LastTransitionTime.Instant() is { } since ? since.Text() : now.Text(),
            ["reason"] = reason,
            ["message"] = message,
        };
    }
}
