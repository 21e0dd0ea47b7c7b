using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds.PodTemplates;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.PodDisruptionBudgets;

/// <summary>What PodDisruptionBudgets add to the common write path: they bound either what stays or what goes.</summary>
/// <remarks>Upstream: ValidatePodDisruptionBudgetSpec.</remarks>
internal sealed class PodDisruptionBudgetStrategy : StatusStrategy
{
    private static readonly string[] Bounds = ["minAvailable", "maxUnavailable"];

    /// <inheritdoc />
    public override GroupResource Resource => new("policy", "poddisruptionbudgets");

    /// <inheritdoc />
    public override bool AllowsUnconditionalUpdate => false;

    /// <inheritdoc />
    public override void Default(JsonObject obj)
    {
        var status = obj.Ensure("status");
        foreach (var count in new[] { "currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods" })
        {
            status.DefaultInteger(count, 0);
        }
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        var spec = obj.Object("spec");
        if (spec.Has("minAvailable") && spec.Has("maxUnavailable"))
        {
            // Upstream prints its Go structure.
            var printed = new JsonObject
            {
                ["MinAvailable"] = spec!["minAvailable"]!.DeepClone(),
                ["Selector"] = spec["selector"]?.DeepClone(),
                ["MaxUnavailable"] = spec["maxUnavailable"]!.DeepClone(),
                ["UnhealthyPodEvictionPolicy"] = spec["unhealthyPodEvictionPolicy"]?.DeepClone(),
            };
            faults.Invalid("spec", printed, "minAvailable and maxUnavailable cannot be both set");
        }

        foreach (var count in Bounds.Where(spec.Has))
        {
            WorkloadValidation.ValidateCount(spec![count], "spec." + count, faults);
            WorkloadValidation.ValidateNotMoreThanAll(spec[count], "spec." + count, faults);
        }

        Selectors.Validate(spec.Object("selector"), "spec.selector", faults);
        return faults;
    }
}
