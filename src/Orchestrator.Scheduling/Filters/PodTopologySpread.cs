using k8s.Models;
using Orchestrator.Scheduling.Snapshots;

namespace Orchestrator.Scheduling.Filters;

/// <summary>Rejects nodes on which the pod would spread more unevenly than its DoNotSchedule constraints allow.</summary>
/// <remarks>Upstream: PodTopologySpread. Counts matching pods per domain over the nodes that the pod could be on at all.</remarks>
internal sealed class PodTopologySpread : IFilter
{
    private const string Reason = "node(s) didn't match pod topology spread constraints";

    public string Name => nameof(PodTopologySpread);

    public Func<SchedulingNode, FilterResult>? For(SchedulingPod pod, Snapshot snapshot)
    {
        var constraints = (pod.Pod.Spec.TopologySpreadConstraints ?? []).Where(constraint => constraint.WhenUnsatisfiable == "DoNotSchedule").ToList();
        if (constraints.Count == 0)
        {
            return null;
        }

        var domains = constraints.Select(constraint => SpreadDomains.Count(pod, constraint, constraints, snapshot)).ToList();
        return node => Check(pod, node, constraints, domains);
    }

    private static FilterResult Check(
        SchedulingPod pod, SchedulingNode node, List<V1TopologySpreadConstraint> constraints, List<Dictionary<string, int>> domains)
    {
        for (var i = 0; i < constraints.Count; i++)
        {
            if (!node.Labels.TryGetValue(constraints[i].TopologyKey, out var domain))
            {
                return FilterResult.Never(Reason + " (missing required label)");
            }

            var self = Labels.Matches(constraints[i].LabelSelector, pod.Labels) ? 1 : 0;
            var fewest = domains[i].Count < (constraints[i].MinDomains ?? 1) ? 0 : domains[i].Values.DefaultIfEmpty().Min();
            if (domains[i].GetValueOrDefault(domain) + self - fewest > constraints[i].MaxSkew)
            {
                return FilterResult.NotNow(Reason);
            }
        }

        return FilterResult.Fits;
    }
}
