using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds.Pods;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.Deployments;

/// <summary>What Deployments add to the common write path.</summary>
/// <remarks>Upstream: pkg/registry/apps/deployment/strategy.go.</remarks>
internal sealed class DeploymentStrategy : StatusStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("apps", "deployments");

    /// <inheritdoc />
    public override void Default(JsonObject obj) => DeploymentDefaults.Apply(obj);

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj) => DeploymentValidation.Validate(obj);

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource) =>
        subresource == "status" ? [] : DeploymentValidation.ValidateUpdate(obj, old);

    /// <inheritdoc />
    public override IEnumerable<string> Warnings(JsonObject obj, JsonObject? old) =>
        PodWarnings.Of(obj.Object("spec").Object("template"), "spec.template.", old.Object("spec").Object("template"));
}
