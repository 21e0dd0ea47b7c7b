using System.Globalization;
using Orchestrator.Api.Kinds.CronJobs;
using Xunit;
using static Orchestrator.Api.Tests.Kinds.KindCase;

namespace Orchestrator.Api.Tests.Kinds.CronJobs;

public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("0 3 * * *", "2026-01-01T04:00", "2026-01-02T03:00")]
    [InlineData("*/15 * * * *", "2026-01-01T04:01", "2026-01-01T04:15")]
    [InlineData("*/15 * * * *", "2026-01-01T04:15", "2026-01-01T04:30")]
    [InlineData("30 8-10/2 * * mon-fri", "2026-01-03T00:00", "2026-01-05T08:30")]
    [InlineData("0 0 13 * 5", "2026-01-03T00:00", "2026-01-09T00:00")]
    [InlineData("0 0 29 2 *", "2026-01-01T00:00", "2028-02-29T00:00")]
    [InlineData("@hourly", "2026-12-31T23:30", "2027-01-01T00:00")]
    [InlineData("@every 1h30m", "2026-01-01T00:10", "2026-01-01T01:40")]
    [InlineData("0 0 30 2 *", "2026-01-01T00:00", null)]
    public void Next_time_is_found(string text, string after, string? next)
    {
        Assert.Null(CronSchedule.Parse(text, out var schedule));
        Assert.Equal(next is null ? null : Time(next), schedule!.Next(Time(after)));
    }

    [Theory]
    [InlineData("every day", "expected exactly 5 fields, found 2: [every day]")]
    [InlineData("60 * * * *", "end of range (60) above maximum (59): 60")]
    [InlineData("* * 0 * *", "beginning of range (0) below minimum (1): 0")]
    [InlineData("x * * * *", "failed to parse int from x: strconv.Atoi: parsing \"x\": invalid syntax")]
    [InlineData("5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1")]
    [InlineData("*/0 * * * *", "step of range should be a positive number: */0")]
    [InlineData("@fortnightly", "unrecognized descriptor: @fortnightly")]
    public void Schedule_that_is_none_is_refused(string text, string fault) => Assert.Equal(fault, CronSchedule.Parse(text, out _));

    [Theory]
    [InlineData("""$SCHED,$JT""", "")]
    [InlineData(""" "schedule":"every day",$JT""", "spec.schedule: Invalid value: \"every day\": expected exactly 5 fields, found 2: [every day]")]
    [InlineData("""$SCHED,$JT,"concurrencyPolicy":"Maybe" """, "spec.concurrencyPolicy: Unsupported value: \"Maybe\": supported values: \"Allow\", \"Forbid\", \"Replace\"")]
    [InlineData("""$SCHED,$JT,"timeZone":"Nowhere/Land" """, "spec.timeZone: Invalid value: \"Nowhere/Land\": unknown time zone Nowhere/Land")]
    [InlineData("""$SCHED,"jobTemplate":{"spec":{$T}}""", "spec.jobTemplate.spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", \"Never\"")]
    public void Cron_job_is_checked_with_its_job(string spec, string expected) => AssertFaults(expected, Faults(Strategy("batch", "cronjobs"), Cron(spec)));

    [Fact]
    public void Cron_job_gets_the_defaults_of_a_real_server() => AssertSame(
        Workload.Expected("""
            {"metadata":{"name":"w","uid":"UUID"},"spec":{"concurrencyPolicy":"Allow","failedJobsHistoryLimit":1,"jobTemplate":{"metadata":{},"spec":{"template":{"metadata":{},"spec":$P}}},
             "schedule":"0 3 * * *","successfulJobsHistoryLimit":3,"suspend":false},"status":{}}
            """).Replace("\"restartPolicy\":\"Always\"", "\"restartPolicy\":\"Never\"", StringComparison.Ordinal),
        Created(Strategy("batch", "cronjobs"), Cron("$SCHED,$JT")));

    private static string Cron(string spec) => Workload.Of(spec
        .Replace("$SCHED", "\"schedule\":\"0 3 * * *\"", StringComparison.Ordinal)
        .Replace("$JT", "\"jobTemplate\":{\"spec\":{$J}}", StringComparison.Ordinal));

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
