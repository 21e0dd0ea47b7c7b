using Orchestrator.Scheduling.Snapshots;

namespace Orchestrator.Scheduling.Filters;

/// <summary>Rejects nodes on which a host port that the pod takes is taken.</summary>
/// <remarks>Upstream: NodePorts.</remarks>
internal sealed class NodePorts : IFilter
{
    public string Name => nameof(NodePorts);

    public Func<SchedulingNode, FilterResult>? For(SchedulingPod pod, Snapshot snapshot) => pod.HostPorts.Count == 0
        ? null
        : node => node.HostPorts.Any(taken => pod.HostPorts.Any(wanted => wanted.ConflictsWith(taken)))
            ? FilterResult.NotNow("node(s) didn't have free ports for the requested pod ports")
            : FilterResult.Fits;
}
