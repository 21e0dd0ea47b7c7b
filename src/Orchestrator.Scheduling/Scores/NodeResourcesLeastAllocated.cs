using Orchestrator.Scheduling.Snapshots;

namespace Orchestrator.Scheduling.Scores;

/// <summary>Prefers nodes of whose CPU and memory the smaller part would be in use.</summary>
/// <remarks>Upstream: NodeResourcesFit with the LeastAllocated strategy.</remarks>
internal sealed class NodeResourcesLeastAllocated : IScore
{
    public string Name => "NodeResourcesFit";

    public int Weight => 1;

    public long[] Score(SchedulingPod pod, Snapshot snapshot, IReadOnlyList<SchedulingNode> feasible) =>
        [.. feasible.Select(node => Average(
            Free(node.Assumed.MilliCpu + pod.AssumedRequests.MilliCpu, node.Allocatable.MilliCpu),
            Free(node.Assumed.Memory + pod.AssumedRequests.Memory, node.Allocatable.Memory)))];

    private static long? Free(long used, long allocatable) =>
        allocatable == 0 ? null : used > allocatable ? 0 : (allocatable - used) * Normalized.MaxNodeScore / allocatable;

    private static long Average(long? cpu, long? memory) => (cpu, memory) switch
    {
        ({ } left, { } right) => (left + right) / 2,
        _ => cpu ?? memory ?? 0,
    };
}
