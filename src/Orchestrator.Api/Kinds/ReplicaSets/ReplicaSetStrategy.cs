using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds.Pods;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.ReplicaSets;

/// <summary>What ReplicaSets add to the common write path.</summary>
/// <remarks>Upstream: pkg/registry/apps/replicaset/strategy.go.</remarks>
internal sealed class ReplicaSetStrategy : StatusStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("apps", "replicasets");

    /// <inheritdoc />
    public override void Default(JsonObject obj) => ReplicaSetDefaults.Apply(obj);

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj) => ReplicaSetValidation.Validate(obj);

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource) =>
        subresource == "status" ? [] : ReplicaSetValidation.ValidateUpdate(obj, old);

    /// <inheritdoc />
    public override IEnumerable<string> Warnings(JsonObject obj, JsonObject? old) =>
        PodWarnings.Of(obj.Object("spec").Object("template"), "spec.template.", old.Object("spec").Object("template"));
}
