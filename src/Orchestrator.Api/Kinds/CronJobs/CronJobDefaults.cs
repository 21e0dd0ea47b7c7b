using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds.PodTemplates;

namespace Orchestrator.Api.Kinds.CronJobs;

/// <summary>The defaults of a CronJob. Those of its Jobs are left to the Jobs: only the pod template is filled in.</summary>
/// <remarks>Upstream: SetDefaults_CronJob in pkg/apis/batch/v1/defaults.go.</remarks>
internal static class CronJobDefaults
{
    /// <summary>Defaults a CronJob.</summary>
    public static void Apply(JsonObject cronJob)
    {
        var spec = cronJob.Ensure("spec");
        spec.DefaultText("concurrencyPolicy", "Allow");
        spec.DefaultFlag("suspend", false);
        spec.DefaultInteger("successfulJobsHistoryLimit", 3);
        spec.DefaultInteger("failedJobsHistoryLimit", 1);
        var template = spec.Ensure("jobTemplate");
        template.Ensure("metadata");
        PodSpecDefaults.ApplyToTemplate(template.Ensure("spec"));
        cronJob.Ensure("status");
    }
}
