using k8s.Models;
using Orchestrator.Scheduling.Filters;
using Orchestrator.Scheduling.Snapshots;

namespace Orchestrator.Scheduling.Scores;

/// <summary>Prefers nodes in whose domains fewer of the pod's like run.</summary>
/// <remarks>Upstream: PodTopologySpread. A pod without constraints of its own is spread over zones and hosts against the pods of the same controller,
/// where upstream asks for the selectors of the Services and workloads that cover the pod.</remarks>
internal sealed class PodTopologySpreadScore : IScore
{
    private static readonly (string Key, int MaxSkew)[] Defaults = [("kubernetes.io/hostname", 3), ("topology.kubernetes.io/zone", 5)];

    public string Name => nameof(PodTopologySpread);

    public int Weight => 2;

    public long[]? Score(SchedulingPod pod, Snapshot snapshot, IReadOnlyList<SchedulingNode> feasible)
    {
        var own = pod.Pod.Spec.TopologySpreadConstraints ?? [];
        var soft = own.Where(constraint => constraint.WhenUnsatisfiable == "ScheduleAnyway").ToList();
        if (soft.Count > 0)
        {
            return Score(snapshot, feasible, [.. soft.Select(constraint => (constraint.TopologyKey, constraint.MaxSkew, Matching(pod, constraint)))], ignoresUnlabelled: true);
        }

        return own.Count > 0 || pod.ControllerUid is not { } controller
            ? null
            : Score(snapshot, feasible, [.. Defaults.Select(constraint => (constraint.Key, constraint.MaxSkew, Siblings(pod, controller)))], ignoresUnlabelled: false);
    }

    private static Func<SchedulingNode, int> Matching(SchedulingPod pod, V1TopologySpreadConstraint constraint) =>
        node => SpreadDomains.Matching(pod, constraint, node);

    private static Func<SchedulingNode, int> Siblings(SchedulingPod pod, string controller) =>
        node => node.Pods.Count(other => !other.IsDeleting && other.Key.Namespace == pod.Key.Namespace && other.ControllerUid == controller);

    private static long[] Score(
        Snapshot snapshot, IReadOnlyList<SchedulingNode> feasible, (string Key, int MaxSkew, Func<SchedulingNode, int> Count)[] constraints, bool ignoresUnlabelled)
    {
        var raw = new double[feasible.Count];
        foreach (var (key, maxSkew, count) in constraints)
        {
            var domains = snapshot.Nodes
                .Where(node => node.Labels.ContainsKey(key))
                .GroupBy(node => node.Labels[key])
                .ToDictionary(group => group.Key, group => group.Sum(count));
            var sizes = feasible.Where(node => node.Labels.ContainsKey(key)).Select(node => node.Labels[key]).Distinct().Count();
            for (var i = 0; i < feasible.Count; i++)
            {
                if (feasible[i].Labels.TryGetValue(key, out var domain))
                {
                    // The weight grows with the number of domains, so that hosts do not drown out zones.
                    raw[i] += (domains[domain] * Math.Log(sizes + 2)) + (maxSkew - 1);
                }
            }
        }

        var ignored = feasible.Select(node => ignoresUnlabelled && constraints.Any(constraint => !node.Labels.ContainsKey(constraint.Key))).ToArray();
        return Reversed([.. raw.Select(value => (long)Math.Round(value, MidpointRounding.AwayFromZero))], ignored);
    }

    private static long[] Reversed(long[] raw, bool[] ignored)
    {
        var counted = raw.Where((_, i) => !ignored[i]).ToList();
        if (counted.Count == 0 || counted.Max() == 0)
        {
            return [.. ignored.Select(isIgnored => isIgnored ? 0 : Normalized.MaxNodeScore)];
        }

        var (lowest, highest) = (counted.Min(), counted.Max());
        return [.. raw.Select((value, i) => ignored[i] ? 0 : Normalized.MaxNodeScore * (highest + lowest - value) / highest)];
    }
}
