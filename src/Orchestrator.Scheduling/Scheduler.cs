using System.Globalization;
using Orchestrator.Scheduling.Filters;
using Orchestrator.Scheduling.Scores;
using Orchestrator.Scheduling.Snapshots;

namespace Orchestrator.Scheduling;

/// <summary>Chooses a node for a pod: filters every node, scores the feasible ones, takes the best. Pure: the same snapshot gives the same decision.</summary>
/// <remarks>Upstream: pkg/scheduler with the default profile; without its sampling, all nodes are looked at.</remarks>
public static class Scheduler
{
    private static readonly IFilter[] Filters =
    [
        new NodeUnschedulable(), new NodeName(), new TaintToleration(), new NodeAffinity(), new NodePorts(), new NodeResourcesFit(),
        new PodTopologySpread(), new InterPodAffinity(),
    ];

    private static readonly IScore[] Scores =
    [
        new TaintTolerationScore(), new NodeAffinityScore(), new NodeResourcesLeastAllocated(), new PodTopologySpreadScore(), new InterPodAffinityScore(),
        new NodeResourcesBalancedAllocation(), new ImageLocality(),
    ];

    /// <summary>Decides where the pod goes. The snapshot is not changed: call <see cref="Snapshot.Assume"/> when the decision is taken up.</summary>
    public static SchedulingDecision Schedule(SchedulingPod pod, Snapshot snapshot)
    {
        var checks = Checks(pod, snapshot);
        var verdicts = snapshot.Nodes.Select(node => Filter(node, checks)).ToList();
        var feasible = snapshot.Nodes.Where((_, i) => verdicts[i].RejectedBy is null).ToList();
        if (feasible.Count == 0)
        {
            return Unschedulable(pod, snapshot, verdicts);
        }

        var scored = Score(pod, snapshot, feasible);
        var best = Best(pod, scored);
        var byName = scored.ToDictionary(verdict => verdict.Node);
        return new SchedulingDecision
        {
            Pod = pod.Key,
            Node = best,
            Nodes = [.. verdicts.Select(verdict => byName.GetValueOrDefault(verdict.Node, verdict))],
        };
    }

    /// <summary>The plugins' checks for this pod, by name.</summary>
    internal static List<(string Name, Func<SchedulingNode, FilterResult> Check)> Checks(SchedulingPod pod, Snapshot snapshot) =>
        [.. Filters.Select(filter => (filter.Name, Check: filter.For(pod, snapshot))).Where(check => check.Check is not null).Select(check => (check.Name, check.Check!))];

    internal static NodeVerdict Filter(SchedulingNode node, List<(string Name, Func<SchedulingNode, FilterResult> Check)> checks)
    {
        foreach (var (name, check) in checks)
        {
            var result = check(node);
            if (!result.IsFit)
            {
                return new NodeVerdict(node.Name, name, result.Reasons, result.IsResolvable);
            }
        }

        return new NodeVerdict(node.Name, null, [], false);
    }

    private static List<NodeVerdict> Score(SchedulingPod pod, Snapshot snapshot, List<SchedulingNode> feasible)
    {
        if (feasible.Count == 1)
        {
            return [new NodeVerdict(feasible[0].Name, null, [], false)];
        }

        var columns = Scores.Select(score => (Plugin: score, Values: score.Score(pod, snapshot, feasible))).Where(column => column.Values is not null).ToList();
        return [.. feasible.Select((node, i) => new NodeVerdict(node.Name, null, [], false)
        {
            Scores = [.. columns.Select(column => new PluginScore(column.Plugin.Name, column.Values![i], column.Plugin.Weight))],
            Total = columns.Sum(column => column.Values![i] * column.Plugin.Weight),
        })];
    }

    // Upstream rolls dice among the best; the pod's uid does as well, and the same question gets the same answer.
    private static string Best(SchedulingPod pod, List<NodeVerdict> scored)
    {
        var highest = scored.Max(verdict => verdict.Total);
        var best = scored.Where(verdict => verdict.Total == highest).ToList();
        var hash = 2166136261u;
        foreach (var letter in pod.Uid)
        {
            hash = (hash ^ letter) * 16777619;
        }

        return best[(int)((hash ^ (hash >> 15)) % (uint)best.Count)].Node;
    }

    private static SchedulingDecision Unschedulable(SchedulingPod pod, Snapshot snapshot, List<NodeVerdict> verdicts)
    {
        if (verdicts.Count == 0)
        {
            return new SchedulingDecision { Pod = pod.Key, Message = "no nodes available to schedule pods" };
        }

        var preemption = Preemption.Find(pod, snapshot, verdicts);
        var message = Summary(verdicts.Count, verdicts.SelectMany(verdict => verdict.Reasons));
        return new SchedulingDecision
        {
            Pod = pod.Key,
            Nodes = verdicts,
            Message = preemption.Message.Length == 0 ? message : message + " " + preemption.Message,
            NominatedNode = preemption.Node,
            Victims = preemption.Victims,
        };
    }

    /// <summary>Upstream's sentence: how many nodes there are and how often each reason was found, in the order of the texts.</summary>
    internal static string Summary(int nodes, IEnumerable<string> reasons)
    {
        var counted = reasons
            .GroupBy(reason => reason)
            .Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Count()} {group.Key}"))
            .Order(StringComparer.Ordinal);
        return string.Create(CultureInfo.InvariantCulture, $"0/{nodes} nodes are available: {string.Join(", ", counted)}.");
    }
}
