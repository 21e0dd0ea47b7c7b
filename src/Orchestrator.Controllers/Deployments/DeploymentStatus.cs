using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Controllers.Objects;

namespace Orchestrator.Controllers.Deployments;

/// <summary>A Deployment's status from its replica sets: counts, availability, and how its rollout gets on (upstream: deployment/progress.go).</summary>
internal static class DeploymentStatus
{
    private static readonly string[] Fields =
    [
        "observedGeneration", "replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "unavailableReplicas", "terminatingReplicas",
        "collisionCount", "conditions",
    ];

    /// <summary>The counts of a status.</summary>
    internal sealed record Counts(int Replicas, int Updated, int Ready, int Available, int Terminating)
    {
        public static Counts Of(Rollout rollout) => new(
            rollout.Sets.Sum(set => set.ActualReplicas),
            rollout.Current?.ActualReplicas ?? 0,
            rollout.Sets.Sum(set => set.Status?.ReadyReplicas ?? 0),
            rollout.Sets.Sum(set => set.AvailableReplicas),
            rollout.Sets.Sum(set => set.Status?.TerminatingReplicas ?? 0));

        public static Counts Of(V1DeploymentStatus? status) => new(
            status?.Replicas ?? 0, status?.UpdatedReplicas ?? 0, status?.ReadyReplicas ?? 0, status?.AvailableReplicas ?? 0, status?.TerminatingReplicas ?? 0);

        public bool IsComplete(int replicas) => Updated == replicas && Replicas == replicas && Available == replicas;

        public bool IsAheadOf(Counts before) =>
            Updated > before.Updated || Replicas - Updated < before.Replicas - before.Updated || Ready > before.Ready || Available > before.Available;
    }

    /// <summary>The stored status says that the present spec is rolled out.</summary>
    public static bool IsComplete(Rollout rollout) =>
        Counts.Of(rollout.Deployment.Value.Status).IsComplete(rollout.Replicas)
        && (rollout.Deployment.Value.Status?.ObservedGeneration ?? 0) >= (rollout.Deployment.Meta.Generation ?? 0);

    /// <summary>Marks a pause and its end in the Progressing condition: no deadline runs meanwhile.</summary>
    public static void MarkPause(Rollout rollout)
    {
        var present = rollout.Condition(DeploymentCondition.Progressing);
        if (!rollout.HasProgressDeadline || present?.Reason == DeploymentCondition.ProgressDeadlineExceeded)
        {
            return;
        }

        var marked = present?.Reason == DeploymentCondition.DeploymentPaused;
        if (rollout.IsPaused && !marked)
        {
            rollout.Set(Progress(rollout, "Unknown", DeploymentCondition.DeploymentPaused, "Deployment is paused"));
        }
        else if (!rollout.IsPaused && marked)
        {
            rollout.Set(Progress(rollout, "Unknown", "DeploymentResumed", "Deployment is resumed"));
        }
    }

    public static DeploymentCondition Progress(Rollout rollout, string status, string reason, string message) =>
        DeploymentCondition.New(DeploymentCondition.Progressing, status, reason, message, rollout.Now);

    /// <summary>The status patch; null when the status is right already.</summary>
    /// <param name="rollout">The pass.</param>
    /// <param name="judgesProgress">False while paused, scaling or going away: then only the counts are brought up to date.</param>
    public static JsonObject? Patch(Rollout rollout, bool judgesProgress)
    {
        var counts = Counts.Of(rollout);
        SetAvailable(rollout, counts);
        if (judgesProgress)
        {
            JudgeProgress(rollout, counts);
            SetReplicaFailure(rollout);
        }

        var desired = new JsonObject()
            .Count("observedGeneration", rollout.Deployment.Meta.Generation ?? 0)
            .Count("replicas", counts.Replicas)
            .Count("updatedReplicas", counts.Updated)
            .Count("readyReplicas", counts.Ready)
            .Count("availableReplicas", counts.Available)
            .Count("unavailableReplicas", Math.Max(0, counts.Replicas - counts.Available));
        desired["terminatingReplicas"] = counts.Terminating;
        if ((rollout.CollisionCount ?? rollout.Deployment.Value.Status?.CollisionCount) is { } collisions)
        {
            desired["collisionCount"] = collisions;
        }

        desired["conditions"] = new JsonArray([.. rollout.Conditions.Select(condition => condition.ToJson())]);
        return MergePatches.Status(rollout.Document["status"] as JsonObject, desired, Fields);
    }

    /// <summary>When to look whether the rollout has run out of time; null when nothing is under way.</summary>
    public static TimeSpan? NextLook(Rollout rollout)
    {
        var present = rollout.Condition(DeploymentCondition.Progressing);
        if (!rollout.HasProgressDeadline || rollout.IsPaused || present is null
            || present.Reason is DeploymentCondition.ProgressDeadlineExceeded or DeploymentCondition.NewReplicaSetAvailable)
        {
            return null;
        }

        // One second more than the deadline, so that the look falls behind it even though stored times are whole seconds.
        var left = Deadline(rollout, present) - rollout.Now;
        return (left > TimeSpan.Zero ? left : TimeSpan.Zero) + TimeSpan.FromSeconds(1);
    }

    private static DateTimeOffset Deadline(Rollout rollout, DeploymentCondition present) =>
        present.LastUpdate.AddSeconds(rollout.Deployment.Value.Spec.ProgressDeadlineSeconds ?? 0);

    private static void SetAvailable(Rollout rollout, Counts counts) => rollout.Set(
        counts.Available >= rollout.Replicas - rollout.MaxUnavailable
            ? DeploymentCondition.New(
                DeploymentCondition.Available, "True", "MinimumReplicasAvailable", "Deployment has minimum availability.", rollout.Now)
            : DeploymentCondition.New(
                DeploymentCondition.Available, "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.", rollout.Now));

    // Upstream: getReplicaFailures. The present template's failure comes first; one of an old replica set is told only when that has none.
    private static void SetReplicaFailure(Rollout rollout)
    {
        var failure = rollout.Old.Prepend(rollout.Current).OfType<RolloutSet>()
            .SelectMany(set => set.Status?.Conditions ?? [])
            .FirstOrDefault(condition => condition is { Type: DeploymentCondition.ReplicaFailure, Status: "True" });
        if (failure is not null)
        {
            rollout.Set(DeploymentCondition.New(DeploymentCondition.ReplicaFailure, "True", failure.Reason ?? "", failure.Message ?? "", rollout.Now));
        }
        else
        {
            rollout.Conditions.RemoveAll(condition => condition.Type == DeploymentCondition.ReplicaFailure);
        }
    }

    private static void JudgeProgress(Rollout rollout, Counts counts)
    {
        if (!rollout.HasProgressDeadline)
        {
            rollout.Conditions.RemoveAll(condition => condition.Type == DeploymentCondition.Progressing);
            return;
        }

        // Once complete, a rollout stays so until the next one: pods that come and go later do not start it again.
        var present = rollout.Condition(DeploymentCondition.Progressing);
        if (counts.Replicas == counts.Updated && present?.Reason == DeploymentCondition.NewReplicaSetAvailable)
        {
            return;
        }

        var subject = rollout.Current is { } current ? $"ReplicaSet \"{current.Name}\"" : $"Deployment \"{rollout.Deployment.Name}\"";
        if (counts.IsComplete(rollout.Replicas))
        {
            rollout.Set(Progress(rollout, "True", DeploymentCondition.NewReplicaSetAvailable, $"{subject} has successfully progressed."));
        }
        else if (counts.IsAheadOf(Counts.Of(rollout.Deployment.Value.Status)))
        {
            var progressing = Progress(rollout, "True", "ReplicaSetUpdated", $"{subject} is progressing.");
            rollout.Conditions.RemoveAll(condition => condition.Type == DeploymentCondition.Progressing);
            rollout.Conditions.Add(present?.Status == "True" ? progressing with { LastTransition = present.LastTransition } : progressing);
        }
        else if (present is not null && present.Reason != DeploymentCondition.NewReplicaSetAvailable
            && (present.Reason == DeploymentCondition.ProgressDeadlineExceeded || Deadline(rollout, present) < rollout.Now))
        {
            rollout.Set(Progress(rollout, "False", DeploymentCondition.ProgressDeadlineExceeded, $"{subject} has timed out progressing."));
        }
    }
}
