namespace Orchestrator.Controllers.Deployments;

/// <summary>One step of a rolling update: grow the new replica set as far as the surge allows, else shrink the old ones as far as availability allows.</summary>
/// <remarks>Upstream: deployment/rolling.go. One step per pass, so that each step sees what the one before it led to.</remarks>
internal static class RollingUpdate
{
    public static void Step(Rollout rollout, RolloutSet current)
    {
        if (!rollout.Scale(current, Grown(rollout, current)))
        {
            ShrinkOld(rollout, current);
        }
    }

    /// <summary>How many pods the new replica set may have now (upstream: NewRSNewReplicas).</summary>
    public static int Grown(Rollout rollout, RolloutSet current)
    {
        if (rollout.IsRecreate || current.Replicas >= rollout.Replicas)
        {
            return rollout.Replicas;
        }

        var room = rollout.Replicas + rollout.MaxSurge - rollout.Sets.Sum(set => set.Replicas);
        return room <= 0 ? current.Replicas : current.Replicas + Math.Min(room, rollout.Replicas - current.Replicas);
    }

    private static void ShrinkOld(Rollout rollout, RolloutSet current)
    {
        var old = rollout.Old.ToList();
        if (old.Sum(set => set.Replicas) == 0)
        {
            return;
        }

        // New pods that are not available yet are not taken off again, so old ones must stand in for them.
        var minAvailable = rollout.Replicas - rollout.MaxUnavailable;
        var surplus = rollout.Sets.Sum(set => set.Replicas) - minAvailable - (current.Replicas - current.AvailableReplicas);
        if (surplus <= 0)
        {
            return;
        }

        ShrinkUnhealthy(rollout, old, surplus);

        // A set that was shrunk a moment ago still reports the pods it is about to lose; upstream counts them, and so may fall below the bound.
        ShrinkAvailable(rollout, old, rollout.Sets.Sum(set => Math.Min(set.AvailableReplicas, set.Replicas)) - minAvailable);
    }

    // Pods that do not serve anyway go first, and without counting against availability.
    private static void ShrinkUnhealthy(Rollout rollout, List<RolloutSet> old, int most)
    {
        foreach (var set in old)
        {
            var count = Math.Min(most, set.Replicas - set.AvailableReplicas);
            if (count > 0)
            {
                rollout.Scale(set, set.Replicas - count);
                most -= count;
            }
        }
    }

    private static void ShrinkAvailable(Rollout rollout, List<RolloutSet> old, int most)
    {
        foreach (var set in old)
        {
            var count = Math.Min(most, set.Replicas);
            if (count > 0)
            {
                rollout.Scale(set, set.Replicas - count);
                most -= count;
            }
        }
    }
}
