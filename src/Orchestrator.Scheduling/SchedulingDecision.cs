using Orchestrator.Api.Identity;

namespace Orchestrator.Scheduling;

/// <summary>Where a pod goes, or why nowhere: with every node, plugin and number that led to it.</summary>
public sealed record SchedulingDecision
{
    /// <summary>The pod.</summary>
    public required ObjectKey Pod { get; init; }

    /// <summary>The chosen node; null: unschedulable.</summary>
    public string? Node { get; init; }

    /// <summary>Why nowhere, in upstream's words, for the PodScheduled condition and the FailedScheduling event; empty when a node was chosen.</summary>
    public string Message { get; init; } = "";

    /// <summary>The pods to evict so that the pod fits on <see cref="NominatedNode"/>; empty: preemption does not help.</summary>
    public IReadOnlyList<PreemptionVictim> Victims { get; init; } = [];

    /// <summary>The node on which the victims make room; null without preemption.</summary>
    public string? NominatedNode { get; init; }

    /// <summary>Every node, in the order of their names.</summary>
    public IReadOnlyList<NodeVerdict> Nodes { get; init; } = [];
}

/// <summary>What the plugins made of one node.</summary>
/// <param name="Node">The node.</param>
/// <param name="RejectedBy">The first filter that rejected it; null when it is feasible.</param>
/// <param name="Reasons">Why.</param>
/// <param name="IsResolvable">Removing pods from it could help.</param>
public sealed record NodeVerdict(string Node, string? RejectedBy, IReadOnlyList<string> Reasons, bool IsResolvable)
{
    /// <summary>The scores of a feasible node, when there was more than one to choose from.</summary>
    public IReadOnlyList<PluginScore> Scores { get; init; } = [];

    /// <summary>The weighted sum of the scores.</summary>
    public long Total { get; init; }
}

/// <summary>The score that one plugin gave one node.</summary>
/// <param name="Plugin">The plugin.</param>
/// <param name="Score">From 0 to 100.</param>
/// <param name="Weight">What it counts for.</param>
public readonly record struct PluginScore(string Plugin, long Score, int Weight);

/// <summary>A pod that gives way to one of higher priority.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="Uid">Its uid.</param>
public sealed record PreemptionVictim(ObjectKey Pod, string Uid);
