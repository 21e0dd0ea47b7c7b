using k8s.Models;
using Orchestrator.Scheduling.Snapshots;

namespace Orchestrator.Scheduling.Filters;

/// <summary>Rejects cordoned nodes, unless the pod tolerates that (as daemons do).</summary>
/// <remarks>Upstream: NodeUnschedulable.</remarks>
internal sealed class NodeUnschedulable : IFilter
{
    private static readonly V1Taint Cordoned = new() { Key = "node.kubernetes.io/unschedulable", Effect = "NoSchedule" };

    public string Name => nameof(NodeUnschedulable);

    public Func<SchedulingNode, FilterResult>? For(SchedulingPod pod, Snapshot snapshot)
    {
        var tolerates = Tolerations.Tolerate(pod.Pod.Spec.Tolerations, Cordoned);
        return tolerates ? null : node => node.Node.Spec?.Unschedulable == true ? FilterResult.Never("node(s) were unschedulable") : FilterResult.Fits;
    }
}
