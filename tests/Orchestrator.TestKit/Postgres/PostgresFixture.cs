using Orchestrator.Store;

namespace Orchestrator.TestKit.Postgres;

/// <summary>One empty database for one test class, on the server that the whole test process shares.</summary>
public sealed class PostgresFixture : IDisposable
{
    /// <summary>The database's connection string.</summary>
    public string ConnectionString { get; } = PostgresServer.Shared.CreateDatabase();

    /// <summary>The store's settings for it: few connections, because many tests share one server.</summary>
    public StoreOptions Options => new() { ConnectionString = ConnectionString, MaxPoolSize = 5 };

    /// <inheritdoc />
    public void Dispose() => PostgresServer.Shared.DropDatabase(ConnectionString);
}
