using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds.PodTemplates;

namespace Orchestrator.Api.Kinds.Jobs;

/// <summary>The defaults of a Job.</summary>
/// <remarks>Upstream: SetDefaults_Job in pkg/apis/batch/v1/defaults.go.</remarks>
internal static class JobDefaults
{
    /// <summary>Defaults a Job.</summary>
    public static void Apply(JsonObject job)
    {
        var spec = job.Ensure("spec");
        if (!spec.Has("completions") && !spec.Has("parallelism"))
        {
            // Without either the Job is one pod; with parallelism alone it is a work queue, which has no count of completions.
            spec["completions"] = 1;
        }

        spec.DefaultInteger("parallelism", 1);
        spec.DefaultInteger("backoffLimit", spec.Has("backoffLimitPerIndex") ? int.MaxValue : 6);
        PodSpecDefaults.ApplyToTemplate(spec);
        var labels = spec.Object("template").Object("metadata").Object("labels");
        if (labels is { Count: > 0 } && job.Object("metadata").Object("labels") is not { Count: > 0 })
        {
            job.Ensure("metadata")["labels"] = labels.DeepClone();
        }

        spec.DefaultText("completionMode", "NonIndexed");
        spec.DefaultFlag("suspend", false);
        spec.DefaultFlag("manualSelector", false);
        spec.DefaultText("podReplacementPolicy", spec.Has("podFailurePolicy") ? "Failed" : "TerminatingOrFailed");
        job.Ensure("status");
    }
}
