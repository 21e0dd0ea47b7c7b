using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.PriorityClasses;

/// <summary>What PriorityClasses add to the common write path: the number of a class stays, for pods carry copies of it.</summary>
/// <remarks>Upstream: ValidatePriorityClass and ValidatePriorityClassUpdate.</remarks>
internal sealed class PriorityClassStrategy : KindStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("scheduling.k8s.io", "priorityclasses");

    /// <inheritdoc />
    public override void Default(JsonObject obj) => obj.DefaultText("preemptionPolicy", "PreemptLowerPriority");

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        faults.OneOfIfSet("preemptionPolicy", obj.Text("preemptionPolicy"), "Never", "PreemptLowerPriority");
        return faults;
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource)
    {
        var faults = new Faults();
        if ((obj.Integer("value") ?? 0) != (old.Integer("value") ?? 0))
        {
            faults.Forbidden("value", "may not be changed in an update.");
        }

        faults.Immutable("preemptionPolicy", obj["preemptionPolicy"], old["preemptionPolicy"]);
        return faults;
    }
}
