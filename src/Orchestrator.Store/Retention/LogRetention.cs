using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Api.Identity;
using Orchestrator.Store.Cache;
using Orchestrator.Store.Commits;

namespace Orchestrator.Store.Retention;

/// <summary>Tends the change log in the background: makes partitions ahead and drops those that are past their age or size.</summary>
internal sealed partial class LogRetention : BackgroundService
{
    private const string SelectCompacted = "SELECT compacted FROM cluster_revision WHERE id = 1";

    // Only when its successor is there too: then the log is never empty, and who lost touch finds out by the hole.
    // The age is by the clock that wrote the time: a server's own clock that jumps must not cost the past.
    private const string SelectAge = """
        SELECT clock_timestamp() - committed_at FROM change WHERE revision = $1 AND EXISTS (SELECT FROM change WHERE revision = $1 + 1)
        """;

    // Alone in its transaction, so that the committers' row is held for a moment only: not even for the time that it takes to make it durable. The drop, which is later
    // in PostgreSQL's log, makes it durable too, and without the drop it is not needed.
    private const string SetCompacted = """
        UPDATE cluster_revision SET compacted = $1 FROM set_config('synchronous_commit', 'off', true) WHERE id = 1 AND compacted < $1
        """;

    // One silo at a time; the others come back later.
    private const string TryLock = "SELECT pg_try_advisory_lock(hashtext('orchestrator.retention'))";
    private const string Unlock = "SELECT pg_advisory_unlock(hashtext('orchestrator.retention'))";

    private readonly NpgsqlDataSource source;
    private readonly WatchCache cache;
    private readonly StoreOptions options;
    private readonly StoreMetrics metrics;
    private readonly TimeProvider clock;
    private readonly ILogger<LogRetention> log;

    public LogRetention(NpgsqlDataSource source, WatchCache cache, StoreOptions options, StoreMetrics metrics, TimeProvider clock, ILogger<LogRetention> log)
    {
        this.source = source;
        this.cache = cache;
        this.options = options;
        this.metrics = metrics;
        this.clock = clock;
        this.log = log;
    }

    /// <summary>One round.</summary>
    public async Task TendAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await LogPartitions.EnsureAsync(connection, options, cancellationToken);
        await DropAsync(connection, cancellationToken);
        cache.Compacted(new Revision((long)(await ScalarAsync(connection, SelectCompacted, cancellationToken))!));
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(options.RetentionPeriod, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                stoppingToken.ThrowIfCancellationRequested();
                await TendAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (Faults.IsOfDatabase(e))
            {
                LogPostponed(e);
            }
        }
    }

    /// <summary>Drops partitions from the oldest on, as long as they are full and past their age, or the log is too large.</summary>
    private async Task DropAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (!(bool)(await ScalarAsync(connection, TryLock, cancellationToken))!)
        {
            return;
        }

        try
        {
            await LogPartitions.FinishAsync(connection, cancellationToken);
            var partitions = await LogPartitions.ListAsync(connection, cancellationToken);
            var total = partitions.Sum(partition => partition.Bytes);
            for (var index = 0; index + 1 < partitions.Count; index++)
            {
                var (partition, last) = (partitions[index], new Revision(partitions[index + 1].From - 1));
                if (!await IsPastAsync(connection, last, total, cancellationToken))
                {
                    return;
                }

                var began = clock.GetTimestamp();

                // First said, then done: who reads the log looks at this after reading.
                await MarkAsync(connection, last, cancellationToken);
                await LogPartitions.DropAsync(connection, partition, cancellationToken);
                total -= partition.Bytes;
                var took = clock.GetElapsedTime(began);
                metrics.Compacted(took);
                LogCompacted(last.Value, (long)Math.Ceiling(took.TotalMilliseconds));
            }
        }
        finally
        {
            if (connection.State == System.Data.ConnectionState.Open)
            {
                await ScalarAsync(connection, Unlock, CancellationToken.None);
            }
        }
    }

    /// <summary>True when a partition that ends with a revision may go.</summary>
    private async Task<bool> IsPastAsync(NpgsqlConnection connection, Revision last, long total, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SelectAge, connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = last.Value });
        return await command.ExecuteScalarAsync(cancellationToken) is TimeSpan age
            ? age > options.Retention || total > options.RetentionBytes
            : last.Value <= (long)(await ScalarAsync(connection, SelectCompacted, cancellationToken))!;
    }

    private static async Task MarkAsync(NpgsqlConnection connection, Revision last, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SetCompacted, connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = last.Value });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // The texts above.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(cancellationToken);
    }
}
