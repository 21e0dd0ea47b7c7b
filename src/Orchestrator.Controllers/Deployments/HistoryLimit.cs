namespace Orchestrator.Controllers.Deployments;

/// <summary>Removes replica sets of earlier templates beyond revisionHistoryLimit, the oldest revisions first (upstream: cleanupDeployment).</summary>
internal static class HistoryLimit
{
    public static void Expire(Rollout rollout)
    {
        if (rollout.Deployment.Value.Spec.RevisionHistoryLimit is not { } limit || limit == int.MaxValue)
        {
            return;
        }

        var kept = rollout.Old.Where(set => !set.IsDeleting).OrderBy(set => set.Revision).ThenBy(set => set.Created).ToList();
        foreach (var set in kept.Take(Math.Max(0, kept.Count - limit)).Where(set => set.IsRetired))
        {
            set.IsExpired = true;
        }
    }
}
