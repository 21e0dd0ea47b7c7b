using System.Diagnostics;
using Npgsql;
using Orchestrator.Store.Migrations;
using Orchestrator.TestKit.Postgres;

namespace Orchestrator.Store.Tests.Migrations;

/// <summary>The way of a database to the schema of the program.</summary>
public sealed class MigratorTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_servers_may_migrate_at_once_and_again()
    {
        await using var source = StoreConnections.CreateShared(postgres.Options);
        var migrator = new Migrator(source, postgres.Options);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => migrator.MigrateAsync(Token)));
        await migrator.MigrateAsync(Token);
        await using var command = source.CreateCommand("SELECT array_agg(version ORDER BY version) FROM schema_version");
        Assert.Equal(SqlScript.Migrations.Select(migration => migration.Version), (int[])(await command.ExecuteScalarAsync(Token))!);
    }

    [Fact]
    public async Task The_sum_of_the_migrations_is_the_schema_as_written_down()
    {
        var whole = PostgresServer.Shared.CreateDatabase();
        var migrated = PostgresServer.Shared.CreateDatabase();
        await using (var source = NpgsqlDataSource.Create(whole + ";Search Path=orchestrator"))
        {
            await ExecuteAsync(source, "CREATE SCHEMA orchestrator");
            await ExecuteAsync(source, SqlScript.Schema.Text);
        }

        await using (var source = NpgsqlDataSource.Create(migrated + ";Search Path=orchestrator"))
        {
            await ExecuteAsync(source, "CREATE SCHEMA orchestrator");
            foreach (var migration in SqlScript.Migrations)
            {
                await ExecuteAsync(source, migration.Text);
            }
        }

        Assert.Equal(await DumpAsync(whole), await DumpAsync(migrated));
        Assert.Contains("CREATE TABLE orchestrator.change", await DumpAsync(whole), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_of_a_newer_program_is_refused_and_left_alone()
    {
        var options = postgres.Options with { ConnectionString = PostgresServer.Shared.CreateDatabase() };
        await using var source = StoreConnections.CreateShared(options);
        var migrator = new Migrator(source, options);
        await migrator.MigrateAsync(Token);
        await ExecuteAsync(source, "INSERT INTO schema_version (version, name) VALUES (9999, 'future'); DELETE FROM OrleansQuery");
        var refusal = await Assert.ThrowsAsync<SchemaTooNewException>(() => migrator.MigrateAsync(Token));
        Assert.Contains("9999", refusal.Message, StringComparison.Ordinal);
        await using var command = source.CreateCommand("SELECT count(*) FROM OrleansQuery");
        Assert.Equal(0L, await command.ExecuteScalarAsync(Token));
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Token);
    }

    private static async Task<string> DumpAsync(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        var start = new ProcessStartInfo("pg_dump") { RedirectStandardOutput = true };
        foreach (var argument in (string[])["--schema-only", "-h", builder.Host!, "-U", builder.Username!, builder.Database!])
        {
            start.ArgumentList.Add(argument);
        }

        using var dump = Process.Start(start)!;
        var text = await dump.StandardOutput.ReadToEndAsync(Token);
        await dump.WaitForExitAsync(Token);
        Assert.Equal(0, dump.ExitCode);

        // Newer pg_dump versions put a random word into \restrict lines.
        return string.Join('\n', text.Split('\n').Where(line => !line.StartsWith('\\')));
    }
}
