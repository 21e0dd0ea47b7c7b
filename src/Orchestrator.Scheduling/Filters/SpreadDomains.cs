using k8s.Models;
using Orchestrator.Scheduling.Snapshots;

namespace Orchestrator.Scheduling.Filters;

/// <summary>How many pods that a spread constraint selects run in each domain of its topology.</summary>
internal static class SpreadDomains
{
    /// <summary>Counts over the nodes that carry every constraint's topology key and that the constraint's inclusion policies let count.</summary>
    public static Dictionary<string, int> Count(
        SchedulingPod pod, V1TopologySpreadConstraint constraint, List<V1TopologySpreadConstraint> all, Snapshot snapshot)
    {
        var counts = new Dictionary<string, int>();
        foreach (var node in snapshot.Nodes)
        {
            if (all.Any(other => !node.Labels.ContainsKey(other.TopologyKey)) || !Counts(pod, constraint, node))
            {
                continue;
            }

            var domain = node.Labels[constraint.TopologyKey];
            counts[domain] = counts.GetValueOrDefault(domain) + Matching(pod, constraint, node);
        }

        return counts;
    }

    /// <summary>The pods of a node that the constraint selects.</summary>
    public static int Matching(SchedulingPod pod, V1TopologySpreadConstraint constraint, SchedulingNode node) => node.Pods.Count(other =>
        !other.IsDeleting && other.Key.Namespace == pod.Key.Namespace
        && Labels.Matches(constraint.LabelSelector, other.Labels)
        && (constraint.MatchLabelKeys ?? []).All(key => !pod.Labels.TryGetValue(key, out var value) || (other.Labels.TryGetValue(key, out var has) && has == value)));

    private static bool Counts(SchedulingPod pod, V1TopologySpreadConstraint constraint, SchedulingNode node) =>
        (constraint.NodeAffinityPolicy == "Ignore" || NodeAffinity.Chooses(pod.Pod.Spec, node))
        && (constraint.NodeTaintsPolicy != "Honor"
            || node.Taints.All(taint => taint.Effect == "PreferNoSchedule" || Tolerations.Tolerate(pod.Pod.Spec.Tolerations, taint)));
}
