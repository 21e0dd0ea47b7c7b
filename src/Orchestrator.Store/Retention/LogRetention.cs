using System.Globalization;
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
    private const string SelectFull = """
        SELECT committed_at FROM change WHERE revision = $1 AND EXISTS (SELECT FROM change WHERE revision = $1 + 1)
        """;

    // The order of the locks is the committers': first the revision row, then the log. A reader in the way makes this give up soon.
    private const string SetCompacted = "UPDATE cluster_revision SET compacted = $1 WHERE id = 1 AND compacted < $1";

    private readonly NpgsqlDataSource source;
    private readonly WatchCache cache;
    private readonly StoreOptions options;
    private readonly TimeProvider clock;
    private readonly ILogger<LogRetention> log;

    public LogRetention(NpgsqlDataSource source, WatchCache cache, StoreOptions options, TimeProvider clock, ILogger<LogRetention> log)
    {
        this.source = source;
        this.cache = cache;
        this.options = options;
        this.clock = clock;
        this.log = log;
    }

    /// <summary>One round.</summary>
    public async Task TendAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await LogPartitions.EnsureAsync(connection, options, cancellationToken);
        await DropAsync(connection, cancellationToken);
        await using var command = new NpgsqlCommand(SelectCompacted, connection);
        cache.Compacted(new Revision((long)(await command.ExecuteScalarAsync(cancellationToken))!));
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
        var partitions = await LogPartitions.ListAsync(connection, cancellationToken);
        var total = partitions.Sum(partition => partition.Bytes);
        for (var index = 0; index + 1 < partitions.Count; index++)
        {
            var (partition, next) = (partitions[index], partitions[index + 1]);

            var last = new Revision(next.From - 1);
            if (await FullSinceAsync(connection, last, cancellationToken) is not { } written
                || (clock.GetUtcNow() - written <= options.Retention && total <= options.RetentionBytes))
            {
                return;
            }

            if (!await DropAsync(connection, partition, last, cancellationToken))
            {
                return;
            }

            total -= partition.Bytes;
            LogCompacted(last.Value);
        }
    }

    private static async Task<DateTimeOffset?> FullSinceAsync(NpgsqlConnection connection, Revision revision, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SelectFull, connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = revision.Value });
        return await command.ExecuteScalarAsync(cancellationToken) is DateTime written ? new DateTimeOffset(written, TimeSpan.Zero) : null;
    }

    /// <summary>Drops one partition.</summary>
    /// <returns>False when another silo was there first.</returns>
    private static async Task<bool> DropAsync(NpgsqlConnection connection, LogPartition partition, Revision last, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var limit = new NpgsqlCommand("SET LOCAL lock_timeout = '1s'", connection))
        {
            await limit.ExecuteNonQueryAsync(cancellationToken);
        }

        await using (var mark = new NpgsqlCommand(SetCompacted, connection))
        {
            mark.Parameters.Add(new NpgsqlParameter<long> { TypedValue = last.Value });
            if (await mark.ExecuteNonQueryAsync(cancellationToken) == 0)
            {
                return false;
            }
        }

#pragma warning disable CA2100 // The name comes from the catalog and holds the prefix and digits only.
        await using (var drop = new NpgsqlCommand(string.Create(CultureInfo.InvariantCulture, $"DROP TABLE {LogPartition.NameOf(partition.From)}"), connection))
#pragma warning restore CA2100
        {
            await drop.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}
