using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;
using Orchestrator.Controllers.Objects;

namespace Orchestrator.Controllers.Deployments;

/// <summary>What going back to an earlier revision comes to.</summary>
public abstract record RollbackDecision
{
    private RollbackDecision()
    {
    }

    /// <summary>It is not possible.</summary>
    /// <param name="Status">Why.</param>
    public sealed record Refuse(ApiStatus Status) : RollbackDecision;

    /// <summary>Patch the Deployment; with the template that it already has, nothing changes.</summary>
    /// <param name="JsonPatch">RFC 6902.</param>
    public sealed record Patch(JsonArray JsonPatch) : RollbackDecision;
}

/// <summary>Goes back to the template of an earlier revision. The rollout itself is then the controller's, as of any change of the template.</summary>
/// <remarks>Upstream: DeploymentRollbacker in kubectl/pkg/polymorphichelpers/rollback.go, with its words.</remarks>
public static class Rollback
{
    /// <summary>Decides from the replica sets that are kept.</summary>
    /// <param name="key">The Deployment.</param>
    /// <param name="toRevision">The revision; zero: the one before the present.</param>
    /// <param name="view">The cluster.</param>
    public static RollbackDecision Decide(ObjectKey key, long toRevision, IClusterView view)
    {
        if (view.Get<V1Deployment>(key) is not { } deployment)
        {
            return new RollbackDecision.Refuse(Statuses.NotFound(key.GroupResource, key.Name));
        }

        if (deployment.Value.Spec.Paused == true)
        {
            return Invalid(key, "spec.paused", "you cannot rollback a paused deployment; resume it first");
        }

        var sets = view.OwnedBy(Resources.ReplicaSets, deployment.Uid)
            .Select(stored => new Typed<V1ReplicaSet>(stored, Typed.Read<V1ReplicaSet>(stored)))
            .OrderByDescending(RevisionOf).ToList();
        var found = toRevision == 0 ? sets.Skip(1).FirstOrDefault() : sets.Find(set => RevisionOf(set) == toRevision);
        if (found is null)
        {
            var message = toRevision == 0
                ? $"no rollout history found for deployment \"{key.Name}\""
                : $"unable to find specified revision {toRevision} in history";
            return new RollbackDecision.Refuse(Statuses.NotFound(key.GroupResource, key.Name) with
            {
                Message = message,
                Causes = [new StatusCause("FieldValueNotFound", message, "toRevision")],
            });
        }

        return new RollbackDecision.Patch(PatchTo(deployment, found));
    }

    private static long RevisionOf(Typed<V1ReplicaSet> set) => new RolloutSet(set).Revision;

    private static JsonArray PatchTo(Typed<V1Deployment> deployment, Typed<V1ReplicaSet> set)
    {
        var template = Typed.Document(set.Stored)["spec"]!["template"]!.DeepClone();
        (template["metadata"]?["labels"] as JsonObject)?.Remove(PodTemplates.HashLabel);
        var none = new Dictionary<string, string>();
        var annotations = DeploymentAnnotations.AfterRollback(deployment.Meta.Annotations ?? none, set.Meta.Annotations ?? none);
        return
        [
            Operation("/spec/template", template),
            Operation("/metadata/annotations", new JsonObject(annotations.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)))),
        ];
    }

    // "add" replaces what is there.
    private static JsonObject Operation(string path, JsonNode value) => new() { ["op"] = "add", ["path"] = path, ["value"] = value };

    private static RollbackDecision.Refuse Invalid(ObjectKey key, string field, string message) => new(
        new ApiStatus(422, "Invalid", $"Deployment.apps \"{key.Name}\" is invalid: {field}: Forbidden: {message}")
        {
            Name = key.Name,
            Group = key.Group,
            Kind = "Deployment",
            Causes = [new StatusCause("FieldValueForbidden", "Forbidden: " + message, field)],
        });
}
