using Orchestrator.Api.Views;
using Orchestrator.Controllers.Objects;

namespace Orchestrator.Controllers.Deployments;

/// <summary>The replica set of the present template: found and brought up to date, or created (upstream: getNewReplicaSet).</summary>
internal static class CurrentSet
{
    /// <summary>The current replica set; null when its name is taken, which the next pass resolves with another hash.</summary>
    public static RolloutSet? Ensure(Rollout rollout, IClusterView view)
    {
        if (rollout.Current is { } present)
        {
            Refresh(rollout);
            if (rollout.HasProgressDeadline && rollout.Condition(DeploymentCondition.Progressing) is null)
            {
                rollout.Set(DeploymentStatus.Progress(rollout, "True", "FoundNewReplicaSet", $"Found new replica set \"{present.Name}\""));
            }

            return present;
        }

        var collisions = rollout.Deployment.Value.Status?.CollisionCount;
        var hash = PodTemplates.Hash(rollout.Template, collisions);
        var document = PodTemplates.ReplicaSet(rollout.Deployment, rollout.Document, hash);
        var name = rollout.Deployment.Name + "-" + hash;
        if (view.Get(Resources.ReplicaSets.Key(rollout.Deployment.Key.Namespace, name)) is not null)
        {
            rollout.CollisionCount = (collisions ?? 0) + 1;
            return null;
        }

        var created = new RolloutSet(document, rollout.Template, rollout.Now) { MinReadySeconds = rollout.Deployment.Value.Spec.MinReadySeconds ?? 0 };
        DeploymentAnnotations.Update(rollout, created, exists: false);
        rollout.Add(created);
        rollout.Scale(created, RollingUpdate.Grown(rollout, created));
        if (rollout.HasProgressDeadline)
        {
            rollout.Set(DeploymentStatus.Progress(rollout, "True", "NewReplicaSetCreated", $"Created new replica set \"{name}\""));
        }

        return created;
    }

    /// <summary>Brings the current replica set, when there is one, to the deployment's annotations, revision and minReadySeconds.</summary>
    public static void Refresh(Rollout rollout)
    {
        if (rollout.Current is { } present)
        {
            DeploymentAnnotations.Update(rollout, present, exists: true);
            present.MinReadySeconds = rollout.Deployment.Value.Spec.MinReadySeconds ?? 0;
        }
    }
}
