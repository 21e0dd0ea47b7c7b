using System.Globalization;

namespace Orchestrator.Api.Tables;

/// <summary>Durations as people read them in tables: two units at most, and only where the second still says something.</summary>
/// <remarks>Upstream: apimachinery/pkg/util/duration, HumanDuration.</remarks>
public static class HumanDuration
{
    private const long Minute = 60;
    private const long Hour = 60 * Minute;
    private const long Day = 24 * Hour;
    private const long Year = 365 * Day;

    /// <summary>The text, as in <c>5m30s</c> or <c>3d4h</c>; clocks may differ by two seconds before a duration is invalid.</summary>
    public static string Format(TimeSpan duration)
    {
        var seconds = duration.Ticks / TimeSpan.TicksPerSecond;
        return seconds switch
        {
            < -1 => "<invalid>",
            < 0 => "0s",
            < 2 * Minute => Text(seconds, "s"),
            < 10 * Minute => Pair(seconds / Minute, "m", seconds % Minute, "s"),
            < 3 * Hour => Text(seconds / Minute, "m"),
            < 8 * Hour => Pair(seconds / Hour, "h", seconds % Hour / Minute, "m"),
            < 2 * Day => Text(seconds / Hour, "h"),
            < 8 * Day => Pair(seconds / Day, "d", seconds % Day / Hour, "h"),
            < 2 * Year => Text(seconds / Day, "d"),
            < 8 * Year => Pair(seconds / Year, "y", seconds % Year / Day, "d"),
            _ => Text(seconds / Year, "y"),
        };
    }

    private static string Pair(long large, string largeUnit, long small, string smallUnit) =>
        small == 0 ? Text(large, largeUnit) : Text(large, largeUnit) + Text(small, smallUnit);

    private static string Text(long count, string unit) => count.ToString(CultureInfo.InvariantCulture) + unit;
}
