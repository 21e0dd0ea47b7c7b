using System.Diagnostics;
using Npgsql;

namespace Orchestrator.Bench;

/// <summary>Sees from outside when partitions of the change log are being dropped.</summary>
/// <param name="connectionString">The database.</param>
/// <param name="partition">Revisions in a partition.</param>
internal sealed class DropTimes(string connectionString, long partition) : IAsyncDisposable
{
    /// <summary>
    /// The revision up to which all is compacted, and the oldest table of the log, detached or not. First the former is raised, then the table goes: while it lies behind,
    /// a drop is under way.
    /// </summary>
    private const string Look = """
        SELECT compacted, (SELECT substring(min(relname) FROM '[0-9]+')::bigint FROM pg_class WHERE relkind = 'r' AND relname ~ '^change_[0-9]{20}$')
        FROM cluster_revision
        """;

    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(5);

    private readonly NpgsqlDataSource database = NpgsqlDataSource.Create(connectionString + ";Search Path=orchestrator;Maximum Pool Size=1;Application Name=bench");
    private readonly List<(long From, long To)> times = [];

    /// <summary>How many partitions went.</summary>
    public long Count { get; private set; }

    /// <summary>How long drops were under way, all together.</summary>
    public TimeSpan Total => times.Aggregate(TimeSpan.Zero, (sum, time) => sum + Stopwatch.GetElapsedTime(time.From, time.To));

    /// <summary>Looks until told to stop.</summary>
    public async Task WatchAsync(CancellationToken stop)
    {
        var before = await LookAsync();
        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(Period, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var now = await LookAsync();

            // Also what came and went between two looks.
            if (now.Compacted >= now.Oldest || now.Oldest != before.Oldest)
            {
                Add(before.At, now.At);
            }

            Count += (now.Oldest - before.Oldest) / partition;
            before = now;
        }
    }

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

    /// <inheritdoc />
    public ValueTask DisposeAsync() => database.DisposeAsync();

    private void Add(long from, long to)
    {
        if (times.Count > 0 && times[^1].To >= from)
        {
            times[^1] = (times[^1].From, to);
        }
        else
        {
            times.Add((from, to));
        }
    }

    private async Task<(long At, long Compacted, long Oldest)> LookAsync()
    {
        var at = Stopwatch.GetTimestamp();
        await using var command = database.CreateCommand(Look);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (at, reader.GetInt64(0), reader.GetInt64(1));
    }
}
