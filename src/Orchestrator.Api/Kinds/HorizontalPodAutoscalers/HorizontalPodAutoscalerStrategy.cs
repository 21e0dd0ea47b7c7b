using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.HorizontalPodAutoscalers;

/// <summary>What HorizontalPodAutoscalers add to the common write path.</summary>
/// <remarks>Upstream: pkg/registry/autoscaling/horizontalpodautoscaler/strategy.go.</remarks>
internal sealed class HorizontalPodAutoscalerStrategy : StatusStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("autoscaling", "horizontalpodautoscalers");

    /// <inheritdoc />
    public override void Default(JsonObject obj) => HorizontalPodAutoscalerDefaults.Apply(obj.Ensure("spec"));

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj) => HorizontalPodAutoscalerValidation.Validate(obj.Object("spec") ?? []);

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource)
    {
        if (subresource != "status")
        {
            return Validate(obj);
        }

        var faults = new Faults();
        faults.NotNegative("status.currentReplicas", obj.Object("status").Integer("currentReplicas"));
        faults.NotNegative("status.desiredReplicas", obj.Object("status").Integer("desiredReplicas"));
        return faults;
    }
}
