using System.Globalization;
using Npgsql;
using Orchestrator.Api.Identity;

namespace Orchestrator.Store.Retention;

/// <summary>The partitions of the change log: made ahead of the revision, dropped behind it.</summary>
internal static class LogPartitions
{
    // The lower bound is in the name, so that no catalog expression has to be parsed: change_00000000000000100000.
    private const string ListPartitions = """
        SELECT c.relname, pg_total_relation_size(c.oid)
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'change'::regclass AND NOT i.inhdetachpending
        ORDER BY c.relname
        """;

    // What an interrupted drop has left: a partition that is half detached, and tables that are detached and not dropped.
    private const string ListLeft = """
        SELECT c.relname, i.inhrelid IS NOT NULL
        FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
        WHERE c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'change'::regclass)
          AND c.relkind = 'r' AND c.relname ~ '^change_[0-9]{20}$' AND (i.inhrelid IS NULL OR i.inhdetachpending)
        """;

    private const string AdvisoryLock = "SELECT pg_advisory_xact_lock(hashtext('orchestrator.change'))";

    private const string CurrentRevision = "SELECT revision FROM cluster_revision WHERE id = 1";

    /// <summary>Makes the partitions that the next revisions need.</summary>
    /// <remarks>
    /// A table is made first and attached then: attaching, unlike CREATE TABLE PARTITION OF, does not stop the writers. Two silos may do
    /// this at once, so the one that comes second finds the work done.
    /// </remarks>
    public static async Task EnsureAsync(NpgsqlConnection connection, StoreOptions options, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, AdvisoryLock, cancellationToken);
        var revision = await CurrentAsync(connection, cancellationToken);
        var end = await EndAsync(connection, cancellationToken);
        var wanted = revision + 1 + (options.PartitionsAhead * options.PartitionRevisions);
        while (end < wanted)
        {
            var next = ((end / options.PartitionRevisions) + 1) * options.PartitionRevisions;
            await CreateAsync(connection, end, next, cancellationToken);
            end = next;
        }

        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>The partitions, oldest first.</summary>
    public static async Task<IReadOnlyList<LogPartition>> ListAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var partitions = new List<LogPartition>();
        await using var command = new NpgsqlCommand(ListPartitions, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            partitions.Add(new LogPartition(reader.GetString(0), reader.GetInt64(1)));
        }

        return partitions;
    }

    /// <summary>Drops a partition that nobody may read any more.</summary>
    /// <remarks>
    /// Detached first, concurrently: DROP TABLE of a partition locks the whole log against writers for as long as it waits for its readers.
    /// Cannot be done in a transaction; what an interruption leaves is finished by <see cref="FinishAsync"/>.
    /// </remarks>
    public static async Task DropAsync(NpgsqlConnection connection, LogPartition partition, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, $"ALTER TABLE change DETACH PARTITION {partition.Name} CONCURRENTLY", cancellationToken);
        await ExecuteAsync(connection, $"DROP TABLE {partition.Name}", cancellationToken);
    }

    /// <summary>Finishes what an interrupted drop has left.</summary>
    public static async Task FinishAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var left = new List<(string Name, bool IsPending)>();
        await using (var command = new NpgsqlCommand(ListLeft, connection))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                left.Add((reader.GetString(0), reader.GetBoolean(1)));
            }
        }

        foreach (var (name, isPending) in left)
        {
            if (isPending)
            {
                await ExecuteAsync(connection, $"ALTER TABLE change DETACH PARTITION {name} FINALIZE", cancellationToken);
            }

            await ExecuteAsync(connection, $"DROP TABLE {name}", cancellationToken);
        }
    }

    /// <summary>Drops all partitions and makes the one that begins at a revision. The caller is in a transaction and holds the revision row.</summary>
    public static async Task BeginAnewAsync(NpgsqlConnection connection, Revision first, StoreOptions options, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, AdvisoryLock, cancellationToken);
        foreach (var partition in await ListAsync(connection, cancellationToken))
        {
            await ExecuteAsync(connection, "DROP TABLE " + partition.Name, cancellationToken);
        }

        await CreateAsync(connection, first.Value, ((first.Value / options.PartitionRevisions) + 1) * options.PartitionRevisions, cancellationToken);
    }

    private static async Task<long> CurrentAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(CurrentRevision, connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Where the last partition ends: the first revision that none covers.</summary>
    private static async Task<long> EndAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        const string sql = """
            SELECT substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \(''(\d+)''\)')::bigint
            FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = 'change'::regclass
            ORDER BY c.relname DESC LIMIT 1
            """;
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellationToken) is long end ? end : 0;
    }

    private static async Task CreateAsync(NpgsqlConnection connection, long from, long to, CancellationToken cancellationToken)
    {
        var name = LogPartition.NameOf(from);
        await ExecuteAsync(
            connection,
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                CREATE TABLE {name} (LIKE change INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING COMPRESSION);
                ALTER TABLE change ATTACH PARTITION {name} FOR VALUES FROM ({from}) TO ({to});
                """),
            cancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // Only numbers and names from the catalog are put into the texts.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>A partition of the change log.</summary>
/// <param name="Name">The table's name, which carries its first revision.</param>
/// <param name="Bytes">Its size with indexes and long values.</param>
internal sealed record LogPartition(string Name, long Bytes)
{
    private const string Prefix = "change_";

    /// <summary>The first revision of its range.</summary>
    public long From => long.Parse(Name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>The name of the partition that begins at a revision; padded, so that names sort as numbers.</summary>
    public static string NameOf(long from) => Prefix + from.ToString("D20", CultureInfo.InvariantCulture);
}
