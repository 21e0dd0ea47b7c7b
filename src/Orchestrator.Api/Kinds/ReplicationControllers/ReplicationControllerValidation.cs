using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds.PodTemplates;

namespace Orchestrator.Api.Kinds.ReplicationControllers;

/// <summary>The rules of a ReplicationController, whose selector is a plain map.</summary>
/// <remarks>Upstream: ValidateReplicationControllerSpec.</remarks>
internal static class ReplicationControllerValidation
{
    /// <summary>Validates a ReplicationController.</summary>
    public static Faults Validate(JsonObject controller)
    {
        var faults = new Faults();
        var spec = controller.Object("spec") ?? [];
        faults.NotNegative("spec.minReadySeconds", spec.Integer("minReadySeconds"));
        if (spec.Object("selector") is not { Count: > 0 } selector)
        {
            faults.Required("spec.selector");
            selector = [];
        }

        faults.NotNegative("spec.replicas", spec.Integer("replicas"));
        if (spec.Object("template") is not { } template)
        {
            faults.Required("spec.template");
            return faults;
        }

        var labels = template.Object("metadata").Object("labels");
        if (selector.Count > 0 && selector.Any(pair => labels.Text(pair.Key) != JsonReading.AsText(pair.Value)))
        {
            faults.Invalid("spec.template.metadata.labels", labels ?? [], "`selector` does not match template `labels`");
        }

        PodSpecValidation.ValidateTemplate(template, "spec.template", faults);
        WorkloadValidation.ValidateRunsForEver(template.Object("spec"), "ReplicationController", faults);
        return faults;
    }
}
