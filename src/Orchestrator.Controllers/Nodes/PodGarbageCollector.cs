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
        var lost = pods.Where(pod => IsUnboundAndGoing(pod.Value) || IsOnLostNode(pod.Value, view)).ToList();
        var finished = pods.Where(pod => Pods.IsTerminal(pod.Value) && !pod.IsDeleting).ToList();
        var surplus = finished
            .OrderBy(pod => pod.Meta.CreationTimestamp).ThenBy(pod => pod.Name, StringComparer.Ordinal)
            .Take(Math.Max(0, finished.Count - TerminatedPodThreshold));
        return new Plan
        {
            Writes = [.. lost.Concat(surplus).DistinctBy(pod => pod.Key).Take(MaxDeletes).Select(pod => new PlannedWrite.Delete(pod.Key, pod.Uid, null, 0))],
        };
    }

    private static bool IsUnboundAndGoing(V1Pod pod) => pod.Metadata.DeletionTimestamp is not null && string.IsNullOrEmpty(pod.Spec?.NodeName);

    private static bool IsOnLostNode(V1Pod pod, IClusterView view) =>
        pod.Spec?.NodeName is { Length: > 0 } node && view.Get(Resources.Nodes.Key("", node)) is null;
}
