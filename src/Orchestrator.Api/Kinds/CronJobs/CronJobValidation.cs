using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds.Jobs;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Kinds.CronJobs;

/// <summary>The rules of a CronJob.</summary>
/// <remarks>Upstream: ValidateCronJobSpec.</remarks>
internal static class CronJobValidation
{
    /// <summary>A Job's name is the CronJob's, a dash and ten digits, and must fit a label.</summary>
    private const int LongestName = 52;

    /// <summary>Validates a CronJob.</summary>
    public static Faults Validate(JsonObject cronJob)
    {
        var faults = new Faults();
        var spec = cronJob.Object("spec") ?? [];
        var schedule = spec.Text("schedule");
        if (schedule.Length == 0)
        {
            faults.Required("spec.schedule");
        }
        else
        {
            ValidateSchedule(schedule, faults);
        }

        ValidateTimeZone(spec, faults);
        faults.NotNegative("spec.startingDeadlineSeconds", spec.Integer("startingDeadlineSeconds"));
        faults.OneOf("spec.concurrencyPolicy", spec.Text("concurrencyPolicy"), EnumTypes.ConcurrencyPolicy);
        JobValidation.ValidateSpec(spec.Object("jobTemplate").Object("spec") ?? [], "spec.jobTemplate.spec", faults);
        if (spec.Object("jobTemplate").Object("spec").Flag("manualSelector"))
        {
            faults.NotSupported("spec.jobTemplate.spec.manualSelector", "true", "nil", "false");
        }

        faults.NotNegative("spec.successfulJobsHistoryLimit", spec.Integer("successfulJobsHistoryLimit"));
        faults.NotNegative("spec.failedJobsHistoryLimit", spec.Integer("failedJobsHistoryLimit"));
        if (cronJob.Object("metadata").Text("name") is { Length: > LongestName } name)
        {
            faults.Invalid("metadata.name", name, "must be no more than 52 characters");
        }

        return faults;
    }

    private static void ValidateSchedule(string schedule, Faults faults)
    {
        if (schedule.Contains("TZ", StringComparison.Ordinal))
        {
            faults.Invalid("spec.schedule", schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
        }
        else if (CronSchedule.Parse(schedule, out _) is { } fault)
        {
            faults.Invalid("spec.schedule", schedule, fault);
        }
    }

    private static void ValidateTimeZone(JsonObject spec, Faults faults)
    {
        if (!spec.Has("timeZone"))
        {
            return;
        }

        var zone = spec.Text("timeZone");
        if (zone.Length == 0)
        {
            faults.Invalid("spec.timeZone", null, "timeZone must be nil or non-empty string");
        }
        else if (string.Equals(zone, "Local", StringComparison.OrdinalIgnoreCase))
        {
            faults.Invalid("spec.timeZone", zone, "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones");
        }
        else if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
        {
            faults.Invalid("spec.timeZone", zone, $"unknown time zone {zone}");
        }
    }
}
