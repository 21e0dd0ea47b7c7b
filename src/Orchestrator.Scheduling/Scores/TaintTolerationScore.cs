using Orchestrator.Scheduling.Filters;
using Orchestrator.Scheduling.Snapshots;

namespace Orchestrator.Scheduling.Scores;

/// <summary>Prefers nodes with fewer PreferNoSchedule taints that the pod does not tolerate.</summary>
/// <remarks>Upstream: TaintToleration.</remarks>
internal sealed class TaintTolerationScore : IScore
{
    public string Name => nameof(TaintToleration);

    public int Weight => 3;

    public long[] Score(SchedulingPod pod, Snapshot snapshot, IReadOnlyList<SchedulingNode> feasible)
    {
        var tolerations = (pod.Pod.Spec.Tolerations ?? []).Where(toleration => toleration.Effect is null or "" or "PreferNoSchedule").ToList();
        return Normalized.ByHighest(
            [.. feasible.Select(node => (long)node.Taints.Count(taint => taint.Effect == "PreferNoSchedule" && !Tolerations.Tolerate(tolerations, taint)))],
            reverse: true);
    }
}
