using System.Globalization;
using Orchestrator.Cel.Checking;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Libraries;

/// <summary>The parts of timestamps, in UTC or a named zone or at an offset, and of durations.</summary>
/// <remarks>Upstream: common/types/timestamp.go and duration.go.</remarks>
internal static class StandardTimes
{
    public static void Declare(CelFunctions functions)
    {
        Part(functions, "getFullYear", "timestamp_to_year", static (_, local) => local.Year);
        Part(functions, "getMonth", "timestamp_to_month", static (_, local) => local.Month - 1);
        Part(functions, "getDayOfYear", "timestamp_to_day_of_year", static (_, local) => local.DayOfYear - 1);
        Part(functions, "getDayOfMonth", "timestamp_to_day_of_month", static (_, local) => local.Day - 1);
        Part(functions, "getDate", "timestamp_to_day_of_month_1_based", static (_, local) => local.Day);
        Part(functions, "getDayOfWeek", "timestamp_to_day_of_week", static (_, local) => (int)local.DayOfWeek);
        Part(functions, "getHours", "timestamp_to_hours", static (_, local) => local.Hour);
        Part(functions, "getMinutes", "timestamp_to_minutes", static (_, local) => local.Minute);
        Part(functions, "getSeconds", "timestamp_to_seconds", static (_, local) => local.Second);
        Part(functions, "getMilliseconds", "timestamp_to_milliseconds", static (time, _) => time.Nanoseconds / 1_000_000);
        Part(functions, "getHours", "duration_to_hours", 3600 * CelDuration.PerSecond);
        Part(functions, "getMinutes", "duration_to_minutes", 60 * CelDuration.PerSecond);
        Part(functions, "getSeconds", "duration_to_seconds", CelDuration.PerSecond);
        Part(functions, "getMilliseconds", "duration_to_milliseconds", 1_000_000);
    }

    private static void Part(CelFunctions functions, string name, string id, Func<CelTimestamp, DateTime, int> read)
    {
        functions.Member(name, id, [CelType.Timestamp], CelType.Int, arguments => CelInt.Of(read((CelTimestamp)arguments[0], ((CelTimestamp)arguments[0]).At(TimeSpan.Zero))));
        functions.Member(name, id + "_with_tz", [CelType.Timestamp, CelType.String], CelType.Int, arguments =>
        {
            var time = (CelTimestamp)arguments[0];
            return Offset(time, ((CelString)arguments[1]).Value, out var error) is { } offset ? CelInt.Of(read(time, time.At(offset))) : error!;
        });
    }

    private static void Part(CelFunctions functions, string name, string id, long unit) =>
        functions.Member(name, id, [CelType.Duration], CelType.Int, arguments => CelInt.Of(((CelDuration)arguments[0]).Nanoseconds / unit));

    /// <summary>The offset of a zone, <c>Europe/Paris</c> or <c>-02:30</c>, at a point in time.</summary>
    private static TimeSpan? Offset(CelTimestamp time, string zone, out CelError? error)
    {
        error = null;
        var colon = zone.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            if (zone is "" or "UTC") return TimeSpan.Zero;
            if (TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found)) return found.GetUtcOffset(DateTime.SpecifyKind(time.At(TimeSpan.Zero), DateTimeKind.Utc));
            error = new CelError($"unknown time zone {zone}");
            return null;
        }

        if (int.TryParse(zone.AsSpan(0, colon), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var hours)
            && int.TryParse(zone.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
            && Math.Abs(hours) <= 24 && minutes <= 59)
        {
            return new TimeSpan(hours, zone[0] == '-' ? -minutes : minutes, 0);
        }

        error = new CelError($"strconv.Atoi: parsing \"{zone}\": invalid syntax");
        return null;
    }
}
