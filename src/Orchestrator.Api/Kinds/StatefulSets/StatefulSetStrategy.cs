using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds.Pods;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.StatefulSets;

/// <summary>What StatefulSets add to the common write path.</summary>
/// <remarks>Upstream: pkg/registry/apps/statefulset/strategy.go.</remarks>
internal sealed class StatefulSetStrategy : StatusStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("apps", "statefulsets");

    /// <inheritdoc />
    public override void Default(JsonObject obj) => StatefulSetDefaults.Apply(obj);

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj) => StatefulSetValidation.Validate(obj);

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource) =>
        subresource == "status" ? [] : StatefulSetValidation.ValidateUpdate(obj, old);

    /// <inheritdoc />
    public override IEnumerable<string> Warnings(JsonObject obj, JsonObject? old) =>
        PodWarnings.Of(obj.Object("spec").Object("template"), "spec.template.", old.Object("spec").Object("template"));
}
