using Npgsql;
using Orchestrator.Host.Database;
using Orchestrator.Host.Startup;
using Orchestrator.Store;
using Orchestrator.TestKit.Postgres;

namespace Orchestrator.Host.Tests.Database;

public sealed class DatabaseSetupTests
{
    [Theory]
    [InlineData("nonsense", "cannot be read")]
    [InlineData("Username=x", "names no host")]
    [InlineData("Host=127.0.0.1;Port=1;Username=x;Database=y", "cannot be reached")]
    public async Task A_wrong_connection_string_is_told(string connection, string why)
    {
        var error = await Assert.ThrowsAsync<StartupException>(() => DatabaseSetup.MigrateAsync(connection, new StoreOptions { ConnectionString = "" }, TestContext.Current.CancellationToken));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_of_a_newer_program_is_left_alone()
    {
        var connection = PostgresServer.Shared.CreateDatabase();
        await DatabaseSetup.MigrateAsync(connection, new StoreOptions { ConnectionString = "" }, TestContext.Current.CancellationToken);
        await using (var open = new NpgsqlConnection(connection + ";Pooling=false"))
        {
            await open.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = new NpgsqlCommand("INSERT INTO orchestrator.schema_version (version, name) VALUES (9999, 'later')", open);
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var error = await Assert.ThrowsAsync<StartupException>(() => DatabaseSetup.MigrateAsync(connection, new StoreOptions { ConnectionString = "" }, TestContext.Current.CancellationToken));
        Assert.Contains("9999", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_names_the_database_but_not_the_password()
    {
        var connection = PostgresServer.Shared.ConnectionString("absent") + ";Password=hunter2";
        var error = await Assert.ThrowsAsync<StartupException>(() => DatabaseSetup.MigrateAsync(connection, new StoreOptions { ConnectionString = "" }, TestContext.Current.CancellationToken));
        Assert.Contains("absent", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error.Message, StringComparison.Ordinal);
    }
}
