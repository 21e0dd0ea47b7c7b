using Npgsql;
using NpgsqlTypes;
using Orchestrator.Api.Identity;
using Orchestrator.Store.Documents;

namespace Orchestrator.Store.Backups;

/// <summary>Puts a backup in place of what a cluster has. The cluster may be running: its silos notice and read everything anew.</summary>
public static class ClusterRestore
{
    private const string MakeIncoming = "CREATE TEMP TABLE incoming (LIKE orchestrator.object) ON COMMIT DROP";
    private const string CopyIncoming = "COPY incoming (key, revision, terminating, document) FROM STDIN (FORMAT BINARY)";

    // DELETE, not TRUNCATE: who reads a snapshot of before goes on reading it.
    private const string Replace = "DELETE FROM object; INSERT INTO object SELECT * FROM incoming";

    private const string NamespacePrefix = "/namespaces//";

    /// <summary>Checks the whole file, then restores it in one transaction. Writes wait from when it is loaded until it is in place.</summary>
    /// <param name="source">The migrated database, with the store's search path.</param>
    /// <param name="path">The backup.</param>
    /// <param name="options">The sizes of the log's partitions.</param>
    /// <param name="cancellationToken">Gives up; the cluster is then as it was.</param>
    /// <returns>What was restored, and the revision at which the new epoch begins.</returns>
    /// <exception cref="BackupDamagedException">The file is not a whole backup; nothing was changed.</exception>
    public static async Task<(BackupSummary Backup, Revision First)> RunAsync(
        NpgsqlDataSource source, string path, StoreOptions options, CancellationToken cancellationToken)
    {
        var summary = await ClusterBackup.ReadAsync(path, (_, _) => Task.CompletedTask, cancellationToken);
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, MakeIncoming, cancellationToken);
        await CopyAsync(connection, path, cancellationToken);
        var current = await ClusterEpoch.LockAsync(connection, cancellationToken);
        await ExecuteAsync(connection, Replace, cancellationToken);

        // Beyond what this database has given, and beyond what the backup's cluster may have given after it was taken.
        var before = current < summary.Revision ? summary.Revision : current;
        var first = await ClusterEpoch.BeginAsync(connection, before, options, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (summary, first);
    }

    private static async Task CopyAsync(NpgsqlConnection connection, string path, CancellationToken cancellationToken)
    {
        await using var importer = await connection.BeginBinaryImportAsync(CopyIncoming, cancellationToken);
        await ClusterBackup.ReadAsync(
            path,
            async (row, token) =>
            {
                var key = row.Key.ToString();
                await importer.StartRowAsync(token);
                await importer.WriteAsync(key, NpgsqlDbType.Text, token);
                await importer.WriteAsync(row.Revision.Value, NpgsqlDbType.Bigint, token);
                await importer.WriteAsync(key.StartsWith(NamespacePrefix, StringComparison.Ordinal) && DocumentHeader.Parse(row.Document).Terminating, NpgsqlDbType.Boolean, token);
                await importer.WriteAsync(row.Document, NpgsqlDbType.Bytea, token);
            },
            cancellationToken);
        await importer.CompleteAsync(cancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // The texts above.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
