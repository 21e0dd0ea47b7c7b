using System.Text.Json.Nodes;

namespace Orchestrator.Api.Kinds.PersistentVolumeClaims;

/// <summary>The defaults of a claim, alone, in a StatefulSet and in an ephemeral volume.</summary>
/// <remarks>Upstream: SetDefaults_PersistentVolumeClaim in pkg/apis/core/v1/defaults.go.</remarks>
internal static class PersistentVolumeClaimDefaults
{
    /// <summary>Defaults a claim.</summary>
    public static void Apply(JsonObject claim)
    {
        ApplyToSpec(claim.Ensure("spec"));
        claim.Ensure("status").DefaultText("phase", "Pending");
    }

    /// <summary>Defaults the spec of a claim.</summary>
    public static void ApplyToSpec(JsonObject spec)
    {
        spec.DefaultText("volumeMode", "Filesystem");
        spec.Ensure("resources");
    }
}
