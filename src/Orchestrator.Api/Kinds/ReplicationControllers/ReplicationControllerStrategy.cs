using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds.Pods;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.ReplicationControllers;

/// <summary>What ReplicationControllers add to the common write path.</summary>
/// <remarks>Upstream: pkg/registry/core/replicationcontroller/strategy.go.</remarks>
internal sealed class ReplicationControllerStrategy : StatusStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("", "replicationcontrollers");

    /// <inheritdoc />
    public override void Default(JsonObject obj) => ReplicationControllerDefaults.Apply(obj);

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj) => ReplicationControllerValidation.Validate(obj);

    /// <inheritdoc />
    public override IEnumerable<string> Warnings(JsonObject obj, JsonObject? old) =>
        PodWarnings.Of(obj.Object("spec").Object("template"), "spec.template.", old.Object("spec").Object("template"));
}
