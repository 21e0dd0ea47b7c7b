using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds.PodTemplates;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Kinds.Jobs;

/// <summary>The rules of a Job, and of what may change in one.</summary>
/// <remarks>Upstream: ValidateJobSpec and ValidateJobSpecUpdate in pkg/apis/batch/validation.</remarks>
internal static class JobValidation
{
    private static readonly string[] Counts = ["parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished"];

    /// <summary>Validates a Job.</summary>
    public static Faults Validate(JsonObject job)
    {
        var faults = new Faults();
        var spec = job.Object("spec") ?? [];
        ValidateSpec(spec, "spec", faults);
        if (spec.Object("selector") is not { } selector)
        {
            faults.Required("spec.selector");
        }
        else
        {
            Selectors.Validate(selector, "spec.selector", faults);
            var labels = spec.Object("template").Object("metadata").Object("labels");
            if (!Selectors.Matches(selector, labels))
            {
                faults.Invalid("spec.template.metadata.labels", labels ?? [], "`selector` does not match template `labels`");
            }
        }

        return faults;
    }

    /// <summary>Validates the spec of a Job, or of the Jobs that a CronJob makes.</summary>
    public static void ValidateSpec(JsonObject spec, string path, Faults faults)
    {
        foreach (var count in Counts)
        {
            faults.NotNegative($"{path}.{count}", spec.Integer(count));
        }

        faults.OneOfIfSet(path + ".completionMode", spec.Text("completionMode"), EnumTypes.CompletionMode);
        if (spec.Text("completionMode") == "Indexed" && !spec.Has("completions"))
        {
            faults.Required(path + ".completions", "when completion mode is Indexed");
        }

        faults.OneOfIfSet(path + ".podReplacementPolicy", spec.Text("podReplacementPolicy"), EnumTypes.PodReplacementPolicy);
        PodSpecValidation.ValidateTemplate(spec.Object("template"), path + ".template", faults);
        if (spec.Object("template").Object("spec").Text("restartPolicy") == "Always")
        {
            // Upstream's Always is the default here too, so a Job that says nothing gets this as well.
            faults.Required(path + ".template.spec.restartPolicy", "valid values: \"OnFailure\", \"Never\"");
        }
    }

    /// <summary>Validates a change: what the Job is to do stays, how fast may change.</summary>
    public static Faults ValidateUpdate(JsonObject job, JsonObject old)
    {
        var faults = Validate(job);
        var (spec, before) = (job.Object("spec") ?? [], old.Object("spec") ?? []);
        var elastic = before.Text("completionMode") == "Indexed" && JsonReading.Same(spec["completions"], spec["parallelism"]);
        if (!elastic)
        {
            faults.Immutable("spec.completions", spec["completions"], before["completions"]);
        }

        faults.Immutable("spec.selector", spec["selector"], before["selector"]);
        if (!MayRelocate(job, old))
        {
            faults.Immutable("spec.template", spec["template"], before["template"]);
        }

        faults.Immutable("spec.completionMode", spec["completionMode"], before["completionMode"]);
        faults.Immutable("spec.podFailurePolicy", spec["podFailurePolicy"], before["podFailurePolicy"]);
        faults.Immutable("spec.backoffLimitPerIndex", spec["backoffLimitPerIndex"], before["backoffLimitPerIndex"]);
        faults.Immutable("spec.managedBy", spec["managedBy"], before["managedBy"]);
        return faults;
    }

    /// <summary>A Job that is suspended and has not begun may still be told where to run.</summary>
    private static bool MayRelocate(JsonObject job, JsonObject old)
    {
        if (!old.Object("spec").Flag("suspend") || old.Object("status").Has("startTime"))
        {
            return false;
        }

        return JsonNode.DeepEquals(WithoutPlacement(job), WithoutPlacement(old));
    }

    private static JsonObject? WithoutPlacement(JsonObject job)
    {
        var template = job.Object("spec").Object("template")?.DeepClone() as JsonObject;
        template?.Remove("metadata");
        foreach (var field in new[] { "nodeSelector", "affinity", "tolerations", "schedulingGates" })
        {
            template.Object("spec")?.Remove(field);
        }

        return template;
    }
}
