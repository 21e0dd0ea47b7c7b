using k8s.Models;
using Orchestrator.Api.Views;
using Orchestrator.Controllers.Objects;

namespace Orchestrator.Controllers.Deployments;

/// <summary>One step of a Recreate rollout: everything old goes, and only when it is gone the new starts (upstream: deployment/recreate.go).</summary>
internal static class Recreate
{
    public static void Step(Rollout rollout, IClusterView view)
    {
        CurrentSet.Refresh(rollout);
        var active = rollout.Old.Where(set => set.IsActive).ToList();
        if (active.Count > 0)
        {
            active.ForEach(set => rollout.Scale(set, 0));
        }
        else if (!HasOldPods(rollout, view) && CurrentSet.Ensure(rollout, view) is { } current)
        {
            rollout.Scale(current, rollout.Replicas);
        }
    }

    // A pod that is on its way out still runs; only finished ones do not count.
    private static bool HasOldPods(Rollout rollout, IClusterView view) =>
        rollout.Old.Any(set => view.OwnedBy(Resources.Pods, set.Uid).Any(pod => !Pods.IsTerminal(Typed.Read<V1Pod>(pod))));
}
