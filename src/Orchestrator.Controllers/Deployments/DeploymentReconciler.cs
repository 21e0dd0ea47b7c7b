using k8s.Models;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;
using Orchestrator.Controllers.Objects;
using Orchestrator.Controllers.Plans;

namespace Orchestrator.Controllers.Deployments;

/// <summary>Rolls a Deployment's template out over replica sets, one per template.</summary>
/// <remarks>Upstream: pkg/controller/deployment.</remarks>
internal sealed class DeploymentReconciler : IReconciler
{
    public string Name => "deployment-controller";

    public IReadOnlyList<GroupResource> Watches { get; } = [Resources.Deployments, Resources.ReplicaSets, Resources.Pods];

    public IEnumerable<ObjectKey> KeysFor(StoredObject? before, StoredObject after, bool removed, IClusterView view)
    {
        if (after.Key.GroupResource == Resources.Deployments)
        {
            return [after.Key];
        }

        return after.Key.GroupResource == Resources.ReplicaSets
            ? PodOwners.KeysFor<V1Deployment>(before, after, view, Resources.Deployments, Kinds.Deployment, deployment => deployment.Spec.Selector)
            : removed ? DeploymentOf(after, view) : [];
    }

    public IEnumerable<ObjectKey> AllKeys(IClusterView view) => view.List(Resources.Deployments).Select(stored => stored.Key);

    public Plan Reconcile(ObjectKey key, IClusterView view, DateTimeOffset now)
    {
        if (view.Get<V1Deployment>(key) is not { } deployment)
        {
            return Plan.Nothing;
        }

        if (deployment.Value.Spec.Selector.IsEmpty())
        {
            return new Plan { Writes = [SelectsAll(deployment)] };
        }

        var claims = Ownership.Claim(
            deployment, Kinds.Deployment, deployment.Value.Spec.Selector, view.List<V1ReplicaSet>(Resources.ReplicaSets, key.Namespace));
        if (claims.Writes.Count > 0)
        {
            // Who belongs to whom is settled before anything is scaled by it; the writes wake this key again.
            return new Plan { Writes = claims.Writes };
        }

        var rollout = new Rollout(deployment, claims.Owned.Select(set => new RolloutSet(set)), now);
        var judgesProgress = Advance(rollout, view);
        var status = DeploymentStatus.Patch(rollout, judgesProgress);
        var writes = rollout.Writes().ToList();
        if (status is not null)
        {
            // After a change of the annotations the version is another; the status is this controller's alone, so it needs no guard then.
            writes.Add(new PlannedWrite.Patch(key, status, "status", rollout.NewRevision is null ? deployment.ResourceVersion : null));
        }

        return new Plan { Writes = writes, RequeueAfter = judgesProgress ? DeploymentStatus.NextLook(rollout) : null };
    }

    /// <summary>Takes the one step that is due; true when the rollout's progress is to be judged afterwards.</summary>
    private static bool Advance(Rollout rollout, IClusterView view)
    {
        if (rollout.Deployment.IsDeleting)
        {
            return false;
        }

        DeploymentStatus.MarkPause(rollout);
        if (rollout.IsPaused || ProportionalScaling.IsScalingEvent(rollout))
        {
            CurrentSet.Refresh(rollout);
            ProportionalScaling.Scale(rollout);
            if (rollout.IsPaused)
            {
                HistoryLimit.Expire(rollout);
            }

            return false;
        }

        if (rollout.IsRecreate)
        {
            Recreate.Step(rollout, view);
        }
        else if (CurrentSet.Ensure(rollout, view) is { } current)
        {
            RollingUpdate.Step(rollout, current);
        }

        if (DeploymentStatus.IsComplete(rollout))
        {
            HistoryLimit.Expire(rollout);
        }

        return true;
    }

    private static PlannedWrite.Event SelectsAll(Typed<V1Deployment> deployment) => new(
        deployment.Key, Kinds.Deployment, deployment.Uid, "Warning", "SelectingAll",
        "This deployment is selecting all pods. A non-empty selector is required.");

    // Recreate waits for the last old pod to be gone, and of that only the pod's removal tells.
    private static IEnumerable<ObjectKey> DeploymentOf(StoredObject pod, IClusterView view) =>
        Ownership.ControllerOf(Typed.Meta(pod)) is { } set && PodOwners.Names(set, Kinds.ReplicaSet)
        && view.Get(Resources.ReplicaSets.Key(pod.Key.Namespace, set.Name)) is { } stored
        && Ownership.ControllerOf(Typed.Meta(stored)) is { } owner && PodOwners.Names(owner, Kinds.Deployment)
            ? [Resources.Deployments.Key(pod.Key.Namespace, owner.Name)]
            : [];
}
