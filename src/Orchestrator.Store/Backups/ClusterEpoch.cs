using Npgsql;
using Orchestrator.Api.Identity;
using Orchestrator.Store.Retention;

namespace Orchestrator.Store.Backups;

/// <summary>Begins a new epoch: the cluster's history goes on from another state than the one it had reached.</summary>
/// <remarks>
/// Revisions that clients hold from the time that is undone must never mean anything else. So the revision moves far ahead of any that could
/// have been given, and everything up to it counts as compacted: watches and continue tokens from before are answered 410. The log begins
/// with one row, by which every silo notices the hole behind it and reads its cache anew. etcd's restore does the same (bump and mark compacted).
/// </remarks>
public static class ClusterEpoch
{
    /// <summary>How far the revision moves. A cluster that writes 20,000 objects a second needs fourteen hours for as many.</summary>
    public const long Step = 1_000_000_000;

    private const string LockRevision = "SELECT revision FROM cluster_revision WHERE id = 1 FOR UPDATE";

    private const string SelectTimeline =
        "SELECT ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer, (SELECT timeline FROM cluster_revision WHERE id = 1)";

    // Of nothing that is served: it changes no object, it only makes the log begin here.
    private const string WriteFirstChange = """
        INSERT INTO change (revision, key, type, previous_revision, document, write_id, write_ordinal, actor, cause, trace_parent)
        SELECT $1, 'orchestrator.io/epochs//' || epoch + 1, 2, 0,
               convert_to('{"kind":"Epoch","metadata":{"name":"' || epoch + 1 || '"}}', 'UTF8'), gen_random_uuid(), 1, 'system:orchestrator', 'new epoch', ''
        FROM cluster_revision WHERE id = 1
        """;

    private const string Advance =
        "UPDATE cluster_revision SET revision = $1, compacted = $1, epoch = epoch + 1 WHERE id = 1";

    private const string Tell = "SELECT pg_notify('orchestrator_change', $1::text)";

    /// <summary>Begins a new epoch in a database that was taken back to an earlier state as a whole, by PostgreSQL's own means.</summary>
    /// <returns>The revision at which it begins.</returns>
    public static async Task<Revision> BeginAsync(NpgsqlDataSource source, StoreOptions options, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var current = await LockAsync(connection, cancellationToken);
        var first = await BeginAsync(connection, current, options, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return first;
    }

    /// <summary>
    /// Begins a new epoch when the database's timeline is another than it was: it was recovered to a point in time, or a replica took over,
    /// and what was acknowledged on the old timeline may be gone.
    /// </summary>
    /// <returns>The revision at which the new epoch begins; null when nothing has happened.</returns>
    public static async Task<Revision?> FollowTimelineAsync(NpgsqlConnection connection, StoreOptions options, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var revision = await LockAsync(connection, cancellationToken);
        var (actual, known) = await ReadTimelineAsync(connection, cancellationToken);
        if (actual == known)
        {
            return null;
        }

        await ExecuteAsync(connection, "UPDATE cluster_revision SET timeline = $1 WHERE id = 1", actual, cancellationToken);
        var first = known is null ? (Revision?)null : await BeginAsync(connection, revision, options, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return first;
    }

    /// <summary>Locks the revision row, and with it all committers out. To be done in a transaction.</summary>
    internal static async Task<Revision> LockAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(LockRevision, connection);
        return new Revision((long)(await command.ExecuteScalarAsync(cancellationToken))!);
    }

    /// <summary>The epoch's beginning, within a transaction that has the lock and has put the state in place.</summary>
    internal static async Task<Revision> BeginAsync(NpgsqlConnection connection, Revision before, StoreOptions options, CancellationToken cancellationToken)
    {
        var first = new Revision(before.Value + Step);
        await LogPartitions.BeginAnewAsync(connection, first, options, cancellationToken);
        await ExecuteAsync(connection, WriteFirstChange, first.Value, cancellationToken);
        await ExecuteAsync(connection, Advance, first.Value, cancellationToken);
        await ExecuteAsync(connection, Tell, first.Value, cancellationToken);
        return first;
    }

    private static async Task<(int Actual, int? Known)> ReadTimelineAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SelectTimeline, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt32(0), reader.IsDBNull(1) ? null : reader.GetInt32(1));
    }

    private static async Task ExecuteAsync<T>(NpgsqlConnection connection, string sql, T parameter, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // The texts above.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = parameter });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
