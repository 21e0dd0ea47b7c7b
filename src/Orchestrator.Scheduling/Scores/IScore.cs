using Orchestrator.Scheduling.Snapshots;

namespace Orchestrator.Scheduling.Scores;

/// <summary>Says how good each feasible node is for a pod, from 0 to 100. One class per upstream plugin, of the same name.</summary>
internal interface IScore
{
    /// <summary>The plugin's name.</summary>
    string Name { get; }

    /// <summary>What its score counts for, as upstream weighs it by default.</summary>
    int Weight { get; }

    /// <summary>The scores of the nodes, in their order; null when the plugin has nothing to say of this pod.</summary>
    long[]? Score(SchedulingPod pod, Snapshot snapshot, IReadOnlyList<SchedulingNode> feasible);
}

/// <summary>Bringing raw numbers to the range from 0 to 100.</summary>
internal static class Normalized
{
    public const long MaxNodeScore = 100;

    /// <summary>In proportion to the highest; reversed, the highest number becomes the lowest score.</summary>
    public static long[] ByHighest(long[] raw, bool reverse)
    {
        var highest = raw.DefaultIfEmpty().Max();
        return [.. raw.Select(value =>
        {
            var score = highest == 0 ? 0 : value * MaxNodeScore / highest;
            return reverse ? MaxNodeScore - score : score;
        })];
    }
}
