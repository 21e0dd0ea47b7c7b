using System.Globalization;
using Npgsql;
using Orchestrator.Store.Backups;
using Orchestrator.Store.Retention;

namespace Orchestrator.Store.Migrations;

/// <summary>Brings the database to the schema of this program. Any number of servers may do so at the same time.</summary>
public sealed class Migrator
{
    // Any constant does, as long as every version of the program takes the same: "orch" in ASCII.
    private const long AdvisoryLock = 0x6f726368;

    private readonly NpgsqlDataSource dataSource;
    private readonly StoreOptions options;

    /// <summary>Creates the migrator of a database.</summary>
    public Migrator(NpgsqlDataSource dataSource, StoreOptions options)
    {
        this.dataSource = dataSource;
        this.options = options;
    }

    /// <summary>Runs the migrations that the database lacks, each in a transaction of its own, and refreshes the Orleans scripts.</summary>
    /// <exception cref="SchemaTooNewException">A newer program has already been here.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached or refuses a statement.</exception>
    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, string.Create(CultureInfo.InvariantCulture, $"SELECT pg_advisory_lock({AdvisoryLock})"), cancellationToken);
        try
        {
            // Not CREATE SCHEMA IF NOT EXISTS alone: that asks for the right to create schemas even when there is nothing to create.
            if (await ScalarAsync(connection, "SELECT to_regnamespace('orchestrator')::text", cancellationToken) is null)
            {
                await ExecuteAsync(connection, "CREATE SCHEMA orchestrator", cancellationToken);
            }

            var version = await VersionAsync(connection, cancellationToken);
            if (version > SqlScript.CurrentVersion)
            {
                throw new SchemaTooNewException(version, SqlScript.CurrentVersion);
            }

            foreach (var migration in SqlScript.Migrations.Where(migration => migration.Version > version))
            {
                await RunAsync(connection, migration, cancellationToken);
            }

            await RunAsync(connection, SqlScript.Orleans, cancellationToken);
            await LogPartitions.EnsureAsync(connection, options, cancellationToken);
            await ClusterEpoch.FollowTimelineAsync(connection, options, cancellationToken);
        }
        finally
        {
            await ExecuteAsync(connection, string.Create(CultureInfo.InvariantCulture, $"SELECT pg_advisory_unlock({AdvisoryLock})"), CancellationToken.None);
        }
    }

    private static async Task<int> VersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var table = await ScalarAsync(connection, "SELECT to_regclass('orchestrator.schema_version')::text", cancellationToken);
        return table is null
            ? 0
            : (int)(await ScalarAsync(connection, "SELECT coalesce(max(version), 0) FROM orchestrator.schema_version", cancellationToken))!;
    }

    private static async Task RunAsync(NpgsqlConnection connection, SqlScript script, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, script.Text, cancellationToken);
        if (script.Version > 0)
        {
            await using var record = new NpgsqlCommand("INSERT INTO orchestrator.schema_version (version, name) VALUES ($1, $2)", connection);
            record.Parameters.Add(new NpgsqlParameter<int> { TypedValue = script.Version });
            record.Parameters.Add(new NpgsqlParameter<string> { TypedValue = script.Name });
            await record.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // The texts are this program's own: constants and embedded scripts.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // As above.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(cancellationToken) is var value and not DBNull ? value : null;
    }
}

/// <summary>The database was written by a newer version of the program, which an older one must not touch.</summary>
public sealed class SchemaTooNewException : Exception
{
    internal SchemaTooNewException(int found, int known)
        : base($"the database has schema version {found}, but this program knows only up to version {known}: run the newer program, or restore a backup made before it")
    {
    }
}
