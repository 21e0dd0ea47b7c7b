using Orchestrator.Scheduling.Filters;
using Orchestrator.Scheduling.Snapshots;

namespace Orchestrator.Scheduling.Scores;

/// <summary>Prefers nodes that the pod's preferred node affinity chooses, by the weights of its terms.</summary>
/// <remarks>Upstream: NodeAffinity.</remarks>
internal sealed class NodeAffinityScore : IScore
{
    public string Name => nameof(NodeAffinity);

    public int Weight => 2;

    public long[]? Score(SchedulingPod pod, Snapshot snapshot, IReadOnlyList<SchedulingNode> feasible)
    {
        var terms = pod.Pod.Spec.Affinity?.NodeAffinity?.PreferredDuringSchedulingIgnoredDuringExecution;
        return terms is null or { Count: 0 }
            ? null
            : Normalized.ByHighest(
                [.. feasible.Select(node => terms.Where(term => Labels.Matches(term.Preference, node)).Sum(term => (long)term.Weight))], reverse: false);
    }
}
