using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Orchestrator.Bench;

/// <summary>When partitions of the change log were being dropped, by the server's log: a process that asked the database all the time would be one more load, and on a
/// busy machine would see every drop last as long as its own turns.</summary>
internal sealed partial class DropTimes
{
    private readonly List<(long From, long To)> times;

    private DropTimes(List<(long From, long To)> times) => this.times = times;

    /// <summary>How many partitions went.</summary>
    public int Count => times.Count;

    /// <summary>How long each drop took.</summary>
    public IReadOnlyCollection<TimeSpan> Each => [.. times.Select(time => Stopwatch.GetElapsedTime(time.From, time.To))];

    /// <summary>How long drops were under way, all together.</summary>
    public TimeSpan Total => Each.Aggregate(TimeSpan.Zero, (sum, time) => sum + time);

    /// <summary>Reads the drops since a moment.</summary>
    /// <param name="log">The server's log.</param>
    /// <param name="since">A time stamp.</param>
    public static DropTimes Read(string log, long since)
    {
        var (now, stamp) = (DateTime.UtcNow, Stopwatch.GetTimestamp());
        var times = new List<(long From, long To)>();
        foreach (var match in File.ReadLines(log).Select(line => Compacted().Match(line)).Where(match => match.Success))
        {
            var ended = DateTime.Parse(match.Groups["at"].ValueSpan, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);
            var took = TimeSpan.FromMilliseconds(double.Parse(match.Groups["took"].ValueSpan, CultureInfo.InvariantCulture));
            var to = stamp - Ticks(now - ended);
            if (to > since)
            {
                times.Add((to - Ticks(took), to));
            }
        }

        return new DropTimes(times);
    }

    /// <summary>The same stretches of time, all later: what is measured in them without a drop can be compared, which what is measured at all times cannot, because a
    /// short stretch meets more of the writes that take long.</summary>
    public DropTimes Later(TimeSpan by) => new([.. times.Select(time => (time.From + Ticks(by), time.To + Ticks(by)))]);

    /// <summary>Whether a drop was under way between two moments.</summary>
    public bool Any(long from, long to)
    {
        // The first that has not ended before.
        var (low, high) = (0, times.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = times[middle].To < from ? (middle + 1, high) : (low, middle);
        }

        return low < times.Count && times[low].From <= to;
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);

    [GeneratedRegex(@"^(?<at>\S+Z) .*The change log was compacted up to revision \d+, in (?<took>\d+) ms")]
    private static partial Regex Compacted();
}
