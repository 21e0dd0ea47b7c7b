using Orchestrator.Scheduling.Filters;
using Orchestrator.Scheduling.Snapshots;

namespace Orchestrator.Scheduling.Scores;

/// <summary>Prefers nodes near pods that the pod would like to be near, and far from those that it would not, in both directions.</summary>
/// <remarks>Upstream: InterPodAffinity. An existing pod's required affinity counts as a preference of weight one.</remarks>
internal sealed class InterPodAffinityScore : IScore
{
    private const int HardPodAffinityWeight = 1;

    public string Name => nameof(InterPodAffinity);

    public int Weight => 2;

    public long[]? Score(SchedulingPod pod, Snapshot snapshot, IReadOnlyList<SchedulingNode> feasible)
    {
        var domains = new Dictionary<(string, string), long>();
        foreach (var node in snapshot.Nodes)
        {
            foreach (var other in node.Pods)
            {
                Add(pod.PreferredAffinity, other, node, 1);
                Add(pod.PreferredAntiAffinity, other, node, -1);
                AddOf(other.PreferredAffinity, node, 1);
                AddOf(other.PreferredAntiAffinity, node, -1);
                AddOf(other.Affinity, node, 1);
            }
        }

        return domains.Count == 0 ? null : Spread([.. feasible.Select(Sum)]);

        void Add(IReadOnlyList<AffinityTerm> terms, SchedulingPod target, SchedulingNode node, int sign)
        {
            foreach (var term in terms)
            {
                if (term.Matches(target, snapshot) && node.Labels.TryGetValue(term.TopologyKey, out var value))
                {
                    var weight = term.Weight == 0 ? HardPodAffinityWeight : term.Weight;
                    domains[(term.TopologyKey, value)] = domains.GetValueOrDefault((term.TopologyKey, value)) + (sign * weight);
                }
            }
        }

        void AddOf(IReadOnlyList<AffinityTerm> terms, SchedulingNode node, int sign) => Add(terms, pod, node, sign);

        long Sum(SchedulingNode node) => domains.Sum(domain =>
            node.Labels.TryGetValue(domain.Key.Item1, out var value) && value == domain.Key.Item2 ? domain.Value : 0);
    }

    private static long[] Spread(long[] raw)
    {
        var (lowest, highest) = (raw.DefaultIfEmpty().Min(), raw.DefaultIfEmpty().Max());
        return [.. raw.Select(value => highest == lowest ? 0 : (long)(Normalized.MaxNodeScore * ((double)(value - lowest) / (highest - lowest))))];
    }
}
