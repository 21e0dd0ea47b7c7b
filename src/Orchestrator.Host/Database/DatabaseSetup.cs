using System.Net.Sockets;
using Npgsql;
using Orchestrator.Host.Startup;
using Orchestrator.Store;
using Orchestrator.Store.Migrations;

namespace Orchestrator.Host.Database;

/// <summary>Brings a database to the program's schema, and says what is wrong when it cannot.</summary>
internal static class DatabaseSetup
{
    /// <summary>Migrates.</summary>
    /// <exception cref="StartupException">The connection string is wrong, the database cannot be reached, refuses us, or is of a newer program.</exception>
    public static Task MigrateAsync(string connectionString, StoreOptions options, CancellationToken cancellationToken) =>
        UseAsync(connectionString, source => new Migrator(source, options with { ConnectionString = connectionString }).MigrateAsync(cancellationToken));

    /// <summary>Does something with the database, and says what is wrong when that fails.</summary>
    /// <exception cref="StartupException">As for <see cref="MigrateAsync"/>.</exception>
    public static async Task UseAsync(string connectionString, Func<NpgsqlDataSource, Task> action)
    {
        var target = Describe(Check(connectionString));
        try
        {
            await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { SearchPath = "orchestrator", Pooling = false, Timeout = 10 });
            await action(source);
        }
        catch (SchemaTooNewException e)
        {
            throw new StartupException($"the database {target} cannot be used: {e.Message}", e);
        }
        catch (PostgresException e)
        {
            throw new StartupException($"the database {target} refuses: {e.MessageText} ({e.SqlState}). Check the user, the password and the rights in --database.", e);
        }
        catch (Exception e) when (e is NpgsqlException or SocketException or TimeoutException)
        {
            throw new StartupException($"the database {target} cannot be reached: {e.GetBaseException().Message}. Check that PostgreSQL runs there, and the host and port in --database.", e);
        }
    }

    private static string Check(string connectionString)
    {
        try
        {
            var parsed = new NpgsqlConnectionStringBuilder(connectionString);
            return !string.IsNullOrEmpty(parsed.Host)
                ? connectionString
                : throw new StartupException("the connection string in --database names no host: it reads like \"Host=db;Username=orchestrator;Password=...;Database=orchestrator\"");
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new StartupException($"the connection string in --database cannot be read ({e.Message}): it reads like \"Host=db;Username=orchestrator;Password=...;Database=orchestrator\"", e);
        }
    }

    /// <summary>The database without its password.</summary>
    private static string Describe(string connectionString)
    {
        var parsed = new NpgsqlConnectionStringBuilder(connectionString);
        return $"{parsed.Database ?? parsed.Username} on {parsed.Host}:{parsed.Port}";
    }
}
