using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds.PodTemplates;

namespace Orchestrator.Api.Kinds.ReplicaSets;

/// <summary>The rules of a ReplicaSet.</summary>
/// <remarks>Upstream: ValidateReplicaSetSpec.</remarks>
internal static class ReplicaSetValidation
{
    /// <summary>Validates a ReplicaSet.</summary>
    public static Faults Validate(JsonObject replicaSet)
    {
        var faults = new Faults();
        var spec = replicaSet.Object("spec") ?? [];
        faults.NotNegative("spec.replicas", spec.Integer("replicas"));
        faults.NotNegative("spec.minReadySeconds", spec.Integer("minReadySeconds"));
        WorkloadValidation.ValidateSelector(spec, "empty selector is invalid for deployment", faults);
        WorkloadValidation.ValidateTemplate(spec, "ReplicaSet", faults);
        return faults;
    }

    /// <summary>Validates a change: the selector stays.</summary>
    public static Faults ValidateUpdate(JsonObject replicaSet, JsonObject old)
    {
        var faults = Validate(replicaSet);
        faults.Immutable("spec.selector", replicaSet.Object("spec")?["selector"], old.Object("spec")?["selector"]);
        return faults;
    }
}
