namespace Orchestrator.Controllers.Deployments;

/// <summary>Scaling a Deployment that is in the middle of a rollout or paused: every replica set keeps its share.</summary>
/// <remarks>Upstream: scale in deployment/sync.go.</remarks>
internal static class ProportionalScaling
{
    /// <summary>The replicas that were wanted when some replica set was last scaled differ from those wanted now.</summary>
    public static bool IsScalingEvent(Rollout rollout) =>
        rollout.Sets.Any(set => set.IsActive && set.Number(DeploymentAnnotations.DesiredReplicas) is { } desired && desired != rollout.Replicas);

    public static void Scale(Rollout rollout)
    {
        if (rollout.Sets.Count == 0)
        {
            return;
        }

        var active = rollout.Sets.Where(set => set.IsActive).ToList();
        if (active.Count <= 1)
        {
            ScaleTo(rollout, active.Count == 1 ? active[0] : rollout.Current ?? rollout.Sets[^1], rollout.Replicas);
        }
        else if (IsSaturated(rollout))
        {
            foreach (var set in rollout.Old.Where(set => set.IsActive).ToList())
            {
                ScaleTo(rollout, set, 0);
            }
        }
        else if (!rollout.IsRecreate)
        {
            ScaleShares(rollout, active);
        }
        else
        {
            // Recreate has no shares; the counts are noted so that its own step goes on.
            active.ForEach(rollout.Annotate);
        }
    }

    private static bool IsSaturated(Rollout rollout) =>
        rollout.Current is { } current
        && current.Number(DeploymentAnnotations.DesiredReplicas) == rollout.Replicas
        && current.Replicas == rollout.Replicas
        && current.AvailableReplicas == rollout.Replicas;

    private static void ScaleShares(Rollout rollout, List<RolloutSet> active)
    {
        var allowed = rollout.Replicas > 0 ? rollout.Replicas + rollout.MaxSurge : 0;
        var toAdd = allowed - active.Sum(set => set.Replicas);

        // Growing favours new replica sets, shrinking takes from old ones first; among equals the larger decides.
        var ordered = (toAdd > 0
            ? active.OrderByDescending(set => set.Replicas).ThenByDescending(set => set.Created)
            : active.OrderByDescending(set => set.Replicas).ThenBy(set => set.Created)).ToList();
        var sizes = new int[ordered.Count];
        var added = 0;
        for (var i = 0; i < ordered.Count; i++)
        {
            var share = toAdd == 0 ? 0 : Share(rollout, ordered[i], toAdd, added);
            sizes[i] = ordered[i].Replicas + share;
            added += share;
        }

        sizes[0] = Math.Max(0, sizes[0] + toAdd - added);
        for (var i = 0; i < ordered.Count; i++)
        {
            ScaleTo(rollout, ordered[i], sizes[i]);
        }
    }

    private static int Share(Rollout rollout, RolloutSet set, int toAdd, int added)
    {
        if (set.Replicas == 0 || toAdd == added)
        {
            return 0;
        }

        var fraction = Fraction(rollout, set);
        return toAdd > 0 ? Math.Min(fraction, toAdd - added) : Math.Max(fraction, toAdd - added);
    }

    private static int Fraction(Rollout rollout, RolloutSet set)
    {
        if (rollout.Replicas == 0)
        {
            return -set.Replicas;
        }

        var before = set.Number(DeploymentAnnotations.MaxReplicas) ?? rollout.Deployment.Value.Status?.Replicas ?? 0;
        if (before == 0)
        {
            return 0;
        }

        var size = (double)set.Replicas * (rollout.Replicas + rollout.MaxSurge) / before;
        return (int)Math.Round(size, MidpointRounding.AwayFromZero) - set.Replicas;
    }

    // Also of an unchanged replica set the counts are written, or the scaling event would never end.
    private static void ScaleTo(Rollout rollout, RolloutSet set, int replicas)
    {
        if (!rollout.Scale(set, replicas))
        {
            rollout.Annotate(set);
        }
    }
}
