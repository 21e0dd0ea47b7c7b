using k8s.Models;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;
using Orchestrator.Controllers.Objects;
using Orchestrator.Controllers.Plans;

namespace Orchestrator.Controllers.Nodes;

/// <summary>Removes pods that nobody else will: of nodes that are gone, deleted before they were ever bound, and finished ones beyond a number.</summary>
/// <remarks>Upstream: pkg/controller/podgc. Looks at all pods together, under one key.</remarks>
internal sealed class PodGarbageCollector : IReconciler
{
    /// <summary>Finished pods that are kept for looking at; beyond it the oldest go. Upstream: terminated-pod-gc-threshold.</summary>
    public const int TerminatedPodThreshold = 12500;

    /// <summary>Deletes in one pass; the rest follows in the next.</summary>
    public const int MaxDeletes = 500;

    /// <summary>How long a pod may wait for a node that is not known: whoever bound it may be about to register the node. Upstream: quarantineTime.</summary>
    public static readonly TimeSpan Quarantine = TimeSpan.FromSeconds(40);

    private static readonly ObjectKey AllPods = Resources.Pods.Key("", "");

    public string Name => "pod-garbage-collector";

    public IReadOnlyList<GroupResource> Watches { get; } = [Resources.Pods, Resources.Nodes];

    public IEnumerable<ObjectKey> KeysFor(StoredObject? before, StoredObject after, bool removed, IClusterView view)
    {
        if (after.Key.GroupResource == Resources.Nodes)
        {
            return removed ? [AllPods] : [];
        }

        var pod = Typed.Read<V1Pod>(after);
        return !removed && (Pods.IsTerminal(pod) || IsUnboundAndGoing(pod) || IsOnLostNode(pod, view)) ? [AllPods] : [];
    }

    public IEnumerable<ObjectKey> AllKeys(IClusterView view) => [AllPods];

    public Plan Reconcile(ObjectKey key, IClusterView view, DateTimeOffset now)
    {
        var pods = view.List<V1Pod>(Resources.Pods);
        var nodeless = pods.Where(pod => IsOnLostNode(pod.Value, view)).ToLookup(pod => WaitOf(pod, now) is null);
        var lost = pods.Where(pod => IsUnboundAndGoing(pod.Value)).Concat(nodeless[true]);
        var finished = pods.Where(pod => Pods.IsTerminal(pod.Value) && !pod.IsDeleting).ToList();
        var surplus = finished
            .OrderBy(pod => pod.Meta.CreationTimestamp).ThenBy(pod => pod.Name, StringComparer.Ordinal)
            .Take(Math.Max(0, finished.Count - TerminatedPodThreshold));
        return new Plan
        {
            Writes = [.. lost.Concat(surplus).DistinctBy(pod => pod.Key).Take(MaxDeletes).Select(pod => new PlannedWrite.Delete(pod.Key, pod.Uid, null, 0))],
            RequeueAfter = nodeless[false].Min(pod => WaitOf(pod, now)),
        };
    }

    /// <summary>How long a pod without a node is left alone; null: no longer.</summary>
    private static TimeSpan? WaitOf(Typed<V1Pod> pod, DateTimeOffset now) =>
        !pod.IsDeleting && pod.Meta.CreationTimestamp.Instant() is { } created && created + Quarantine > now ? created + Quarantine - now : null;

    private static bool IsUnboundAndGoing(V1Pod pod) => pod.Metadata.DeletionTimestamp is not null && string.IsNullOrEmpty(pod.Spec?.NodeName);

    private static bool IsOnLostNode(V1Pod pod, IClusterView view) =>
        pod.Spec?.NodeName is { Length: > 0 } node && view.Get(Resources.Nodes.Key("", node)) is null;
}
