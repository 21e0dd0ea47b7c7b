using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds.PodTemplates;

namespace Orchestrator.Api.Kinds.ReplicaSets;

/// <summary>The defaults of a ReplicaSet.</summary>
/// <remarks>Upstream: SetDefaults_ReplicaSet in pkg/apis/apps/v1/defaults.go.</remarks>
internal static class ReplicaSetDefaults
{
    /// <summary>Defaults a ReplicaSet.</summary>
    public static void Apply(JsonObject replicaSet)
    {
        var spec = replicaSet.Ensure("spec");
        spec.DefaultInteger("replicas", 1);
        PodSpecDefaults.ApplyToTemplate(spec);
        replicaSet.Ensure("status").DefaultInteger("replicas", 0);
    }
}
