using Orchestrator.Scheduling.Snapshots;

namespace Orchestrator.Scheduling;

/// <summary>Finds the node on which evicting pods of lower priority makes room at the least cost.</summary>
/// <remarks>Upstream: DefaultPreemption, without disruption budgets.</remarks>
internal static class Preemption
{
    /// <summary>What came of looking for room.</summary>
    internal sealed record Outcome(string? Node, IReadOnlyList<PreemptionVictim> Victims, string Message);

    private sealed record Candidate(string Node, List<SchedulingPod> Victims)
    {
        public int HighestPriority => Victims.Max(pod => pod.Priority);

        public long SumOfPriorities => Victims.Sum(pod => (long)pod.Priority + int.MaxValue + 1);

        public DateTime EarliestStartOfHighest => Victims.Where(pod => pod.Priority == HighestPriority).Min(Start);
    }

    public static Outcome Find(SchedulingPod pod, Snapshot snapshot, List<NodeVerdict> verdicts)
    {
        if (pod.Pod.Spec.PreemptionPolicy == "Never")
        {
            return new Outcome(null, [], "preemption: not eligible due to preemptionPolicy=Never.");
        }

        if (pod.Pod.Status?.NominatedNodeName is { Length: > 0 } nominated && snapshot.Find(nominated) is { } promised
            && promised.Pods.Any(other => other.IsDeleting && other.Priority < pod.Priority))
        {
            // Room is being made already; taking more pods would take them for nothing.
            return new Outcome(nominated, [], "preemption: not eligible due to a terminating pod on the nominated node.");
        }

        var reasons = new List<string>();
        var candidates = new List<Candidate>();
        foreach (var verdict in verdicts)
        {
            if (!verdict.IsResolvable)
            {
                reasons.Add("Preemption is not helpful for scheduling");
            }
            else if (Trial(pod, snapshot, verdict.Node) is { } candidate)
            {
                candidates.Add(candidate);
            }
            else
            {
                reasons.Add("No preemption victims found for incoming pod");
            }
        }

        if (candidates.Count == 0)
        {
            return new Outcome(null, [], "preemption: " + Scheduler.Summary(verdicts.Count, reasons));
        }

        var best = candidates
            .OrderBy(candidate => candidate.HighestPriority)
            .ThenBy(candidate => candidate.SumOfPriorities)
            .ThenBy(candidate => candidate.Victims.Count)
            .ThenByDescending(candidate => candidate.EarliestStartOfHighest)
            .First();
        return new Outcome(best.Node, [.. best.Victims.Select(victim => new PreemptionVictim(victim.Key, victim.Uid))], "");
    }

    // Takes every pod of lower priority off, then puts back, the most important first, those without whom the pod still fits.
    private static Candidate? Trial(SchedulingPod pod, Snapshot snapshot, string nodeName)
    {
        var lower = snapshot.Find(nodeName)!.Pods
            .Where(other => other.Priority < pod.Priority)
            .OrderByDescending(other => other.Priority).ThenBy(Start).ThenBy(other => other.Uid, StringComparer.Ordinal)
            .ToList();
        if (lower.Count == 0)
        {
            return null;
        }

        lower.ForEach(other => snapshot.TakeOff(other.Key));
        var victims = new List<SchedulingPod>();
        var fits = Fits();
        foreach (var other in lower)
        {
            snapshot.Place(other);
            if (fits && !Fits())
            {
                snapshot.TakeOff(other.Key);
                victims.Add(other);
            }
        }

        victims.ForEach(snapshot.Place);
        return fits && victims.Count > 0 ? new Candidate(nodeName, victims) : null;

        bool Fits() => Scheduler.Filter(snapshot.Find(nodeName)!, Scheduler.Checks(pod, snapshot)).RejectedBy is null;
    }

    private static DateTime Start(SchedulingPod pod) => pod.Pod.Status?.StartTime ?? DateTime.MaxValue;
}
