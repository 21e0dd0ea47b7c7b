using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds.PersistentVolumeClaims;
using Orchestrator.Api.Kinds.PodTemplates;

namespace Orchestrator.Api.Kinds.StatefulSets;

/// <summary>The defaults of a StatefulSet and of the claims that it makes.</summary>
/// <remarks>Upstream: SetDefaults_StatefulSet in pkg/apis/apps/v1/defaults.go.</remarks>
internal static class StatefulSetDefaults
{
    /// <summary>Defaults a StatefulSet.</summary>
    public static void Apply(JsonObject statefulSet)
    {
        var spec = statefulSet.Ensure("spec");
        spec.DefaultText("podManagementPolicy", "OrderedReady");
        var strategy = spec.Ensure("updateStrategy");
        strategy.DefaultText("type", "RollingUpdate");
        if (strategy.Text("type") == "RollingUpdate")
        {
            strategy.Ensure("rollingUpdate").DefaultInteger("partition", 0);
        }

        var retention = spec.Ensure("persistentVolumeClaimRetentionPolicy");
        retention.DefaultText("whenDeleted", "Retain");
        retention.DefaultText("whenScaled", "Retain");
        spec.DefaultInteger("replicas", 1);
        spec.DefaultInteger("revisionHistoryLimit", 10);
        foreach (var claim in spec.Items("volumeClaimTemplates"))
        {
            claim.DefaultText("apiVersion", "v1");
            claim.DefaultText("kind", "PersistentVolumeClaim");
            PersistentVolumeClaimDefaults.Apply(claim);
        }

        PodSpecDefaults.ApplyToTemplate(spec);
        var status = statefulSet.Ensure("status");
        status.DefaultInteger("availableReplicas", 0);
        status.DefaultInteger("replicas", 0);
    }
}
