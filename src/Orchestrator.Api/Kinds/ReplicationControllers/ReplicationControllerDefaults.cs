using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds.PodTemplates;

namespace Orchestrator.Api.Kinds.ReplicationControllers;

/// <summary>The defaults of a ReplicationController: selector and labels come from the template.</summary>
/// <remarks>Upstream: SetDefaults_ReplicationController in pkg/apis/core/v1/defaults.go.</remarks>
internal static class ReplicationControllerDefaults
{
    /// <summary>Defaults a ReplicationController.</summary>
    public static void Apply(JsonObject controller)
    {
        var spec = controller.Ensure("spec");
        if (spec.Object("template").Object("metadata").Object("labels") is { Count: > 0 } labels)
        {
            if (spec.Object("selector") is not { Count: > 0 })
            {
                spec["selector"] = labels.DeepClone();
            }

            if (controller.Ensure("metadata").Object("labels") is not { Count: > 0 })
            {
                controller.Ensure("metadata")["labels"] = labels.DeepClone();
            }
        }

        spec.DefaultInteger("replicas", 1);
        if (spec.Has("template"))
        {
            PodSpecDefaults.ApplyToTemplate(spec);
        }

        controller.Ensure("status").DefaultInteger("replicas", 0);
    }
}
