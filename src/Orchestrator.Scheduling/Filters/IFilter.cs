using Orchestrator.Scheduling.Snapshots;

namespace Orchestrator.Scheduling.Filters;

/// <summary>Says which nodes cannot take a pod, and why. One class per upstream plugin, of the same name.</summary>
internal interface IFilter
{
    /// <summary>The plugin's name.</summary>
    string Name { get; }

    /// <summary>The check for one pod, with what is the same for all nodes worked out once; null when the plugin has nothing to say of this pod.</summary>
    Func<SchedulingNode, FilterResult>? For(SchedulingPod pod, Snapshot snapshot);
}

/// <summary>What a filter finds on one node.</summary>
/// <param name="Reasons">Why the node cannot take the pod; empty when it can.</param>
/// <param name="IsResolvable">Removing pods from the node could help.</param>
internal readonly record struct FilterResult(IReadOnlyList<string> Reasons, bool IsResolvable)
{
    public static readonly FilterResult Fits = new([], false);

    public bool IsFit => Reasons.Count == 0;

    /// <summary>No preemption helps.</summary>
    public static FilterResult Never(string reason) => new([reason], false);

    /// <summary>Preemption might help.</summary>
    public static FilterResult NotNow(params IReadOnlyList<string> reasons) => new(reasons, true);
}
