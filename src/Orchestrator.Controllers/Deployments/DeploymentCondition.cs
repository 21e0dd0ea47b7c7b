using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Controllers.Objects;

namespace Orchestrator.Controllers.Deployments;

/// <summary>One condition of a Deployment.</summary>
internal sealed record DeploymentCondition(
    string Type, string Status, string Reason, string Message, DateTimeOffset LastUpdate, DateTimeOffset LastTransition)
{
    public const string Available = "Available";
    public const string Progressing = "Progressing";
    public const string ReplicaFailure = "ReplicaFailure";

    public const string NewReplicaSetAvailable = "NewReplicaSetAvailable";
    public const string ProgressDeadlineExceeded = "ProgressDeadlineExceeded";
    public const string DeploymentPaused = "DeploymentPaused";

    public static DeploymentCondition New(string type, string status, string reason, string message, DateTimeOffset now) =>
        new(type, status, reason, message, now, now);

    public static DeploymentCondition From(V1DeploymentCondition condition)
    {
        var transition = condition.LastTransitionTime.Instant() ?? DateTimeOffset.MinValue;
        return new(
            condition.Type, condition.Status, condition.Reason ?? "", condition.Message ?? "", condition.LastUpdateTime.Instant() ?? transition, transition);
    }

    public JsonObject ToJson() => new()
    {
        ["type"] = Type,
        ["status"] = Status,
        ["lastUpdateTime"] = LastUpdate.Text(),
        ["lastTransitionTime"] = LastTransition.Text(),
        ["reason"] = Reason,
        ["message"] = Message,
    };
}
