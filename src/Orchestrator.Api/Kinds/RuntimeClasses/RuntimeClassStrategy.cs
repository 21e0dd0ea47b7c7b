using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Kinds.PodTemplates;

namespace Orchestrator.Api.Kinds.RuntimeClasses;

/// <summary>What RuntimeClasses add to the common write path: the handler of a class stays.</summary>
/// <remarks>Upstream: pkg/apis/node/validation.</remarks>
internal sealed class RuntimeClassStrategy : KindStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("node.k8s.io", "runtimeclasses");

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        faults.Invalid("handler", obj.Text("handler"), ObjectNames.DnsLabelErrors(obj.Text("handler")));
        foreach (var (name, amount) in obj.Object("overhead").Object("podFixed") ?? [])
        {
            ResourceValidation.ValidateNotNegative(amount, $"overhead.podFixed.Limits[{name}]", faults);
        }

        if (obj.Object("scheduling") is { } scheduling)
        {
            Selectors.ValidateLabels(scheduling.Object("nodeSelector"), "scheduling.nodeSelector", faults);
            SchedulingValidation.ValidateTolerations(scheduling, "scheduling.tolerations", faults);
        }

        return faults;
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource)
    {
        var faults = new Faults();
        faults.Immutable("handler", obj["handler"], old["handler"]);
        return faults;
    }
}
