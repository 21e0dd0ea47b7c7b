using Orchestrator.Scheduling.Snapshots;

namespace Orchestrator.Scheduling.Filters;

/// <summary>Rejects every node but the one that the pod names.</summary>
/// <remarks>Upstream: NodeName.</remarks>
internal sealed class NodeName : IFilter
{
    public string Name => nameof(NodeName);

    public Func<SchedulingNode, FilterResult>? For(SchedulingPod pod, Snapshot snapshot) => pod.NodeName.Length == 0
        ? null
        : node => node.Name == pod.NodeName ? FilterResult.Fits : FilterResult.Never("node(s) didn't match the requested node name");
}
