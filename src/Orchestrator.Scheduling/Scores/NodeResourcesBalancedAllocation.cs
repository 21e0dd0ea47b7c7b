using Orchestrator.Scheduling.Snapshots;

namespace Orchestrator.Scheduling.Scores;

/// <summary>Prefers nodes whose CPU and memory would be used in like proportion.</summary>
/// <remarks>Upstream: NodeResourcesBalancedAllocation. Says nothing of pods that ask for neither.</remarks>
internal sealed class NodeResourcesBalancedAllocation : IScore
{
    public string Name => nameof(NodeResourcesBalancedAllocation);

    public int Weight => 1;

    public long[]? Score(SchedulingPod pod, Snapshot snapshot, IReadOnlyList<SchedulingNode> feasible) =>
        pod.Requests is { MilliCpu: 0, Memory: 0 } ? null : [.. feasible.Select(node => Score(pod, node))];

    private static long Score(SchedulingPod pod, SchedulingNode node)
    {
        var cpu = Fraction(node.Requested.MilliCpu + pod.Requests.MilliCpu, node.Allocatable.MilliCpu);
        var memory = Fraction(node.Requested.Memory + pod.Requests.Memory, node.Allocatable.Memory);

        // Of two numbers the standard deviation is half their distance.
        var deviation = cpu is { } left && memory is { } right ? Math.Abs(left - right) / 2 : 0;
        return (long)((1 - deviation) * Normalized.MaxNodeScore);
    }

    private static double? Fraction(long used, long allocatable) => allocatable == 0 ? null : Math.Min(1, (double)used / allocatable);
}
