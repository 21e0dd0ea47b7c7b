using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds.PodTemplates;

namespace Orchestrator.Api.Kinds.DaemonSets;

/// <summary>The defaults of a DaemonSet.</summary>
/// <remarks>Upstream: SetDefaults_DaemonSet in pkg/apis/apps/v1/defaults.go.</remarks>
internal static class DaemonSetDefaults
{
    /// <summary>Defaults a DaemonSet.</summary>
    public static void Apply(JsonObject daemonSet)
    {
        var spec = daemonSet.Ensure("spec");
        var strategy = spec.Ensure("updateStrategy");
        strategy.DefaultText("type", "RollingUpdate");
        if (strategy.Text("type") == "RollingUpdate")
        {
            var rolling = strategy.Ensure("rollingUpdate");
            rolling["maxUnavailable"] ??= 1;
            rolling["maxSurge"] ??= 0;
        }

        spec.DefaultInteger("revisionHistoryLimit", 10);
        // Upstream's conversion writes the count, a field of its internal type, on every object.
        daemonSet.Ensure("metadata").Ensure("annotations").DefaultText(DaemonSetStrategy.TemplateGeneration, "0");
        PodSpecDefaults.ApplyToTemplate(spec);
        var status = daemonSet.Ensure("status");
        foreach (var count in new[] { "currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady" })
        {
            status.DefaultInteger(count, 0);
        }
    }
}
