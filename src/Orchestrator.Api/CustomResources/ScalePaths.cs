using System.Text.Json.Nodes;

namespace Orchestrator.Api.CustomResources;

/// <summary>Where the scale subresource of a custom resource finds its numbers.</summary>
/// <param name="SpecReplicas">The wanted replicas.</param>
/// <param name="StatusReplicas">The replicas there are.</param>
/// <param name="LabelSelector">The selector of the pods, as text; null: not told.</param>
public sealed record ScalePaths(SimplePath SpecReplicas, SimplePath StatusReplicas, SimplePath? LabelSelector)
{
    /// <summary>Reads the paths; null when the two that must be there are not.</summary>
    public static ScalePaths? Read(JsonObject source) =>
        SimplePath.Parse(CustomDefinition.Text(source, "specReplicasPath")) is { } spec && SimplePath.Parse(CustomDefinition.Text(source, "statusReplicasPath")) is { } status
            ? new ScalePaths(spec, status, SimplePath.Parse(CustomDefinition.Text(source, "labelSelectorPath")))
            : null;
}
