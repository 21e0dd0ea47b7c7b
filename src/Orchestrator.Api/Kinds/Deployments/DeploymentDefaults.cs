using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds.PodTemplates;

namespace Orchestrator.Api.Kinds.Deployments;

/// <summary>The defaults of a Deployment.</summary>
/// <remarks>Upstream: SetDefaults_Deployment in pkg/apis/apps/v1/defaults.go.</remarks>
internal static class DeploymentDefaults
{
    /// <summary>Defaults a Deployment.</summary>
    public static void Apply(JsonObject deployment)
    {
        var spec = deployment.Ensure("spec");
        spec.DefaultInteger("replicas", 1);
        spec.DefaultInteger("revisionHistoryLimit", 10);
        spec.DefaultInteger("progressDeadlineSeconds", 600);
        var strategy = spec.Ensure("strategy");
        strategy.DefaultText("type", "RollingUpdate");
        if (strategy.Text("type") == "RollingUpdate")
        {
            var rolling = strategy.Ensure("rollingUpdate");
            rolling["maxUnavailable"] ??= "25%";
            rolling["maxSurge"] ??= "25%";
        }

        PodSpecDefaults.ApplyToTemplate(spec);
        deployment.Ensure("status");
    }
}
