using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Store;
using Orchestrator.Store.Cache;
using Orchestrator.Store.Commits;
using Orchestrator.Store.Feed;
using Orchestrator.Store.Migrations;

namespace Orchestrator.TestKit.Postgres;

/// <summary>The store of one silo, running on a test's database.</summary>
public sealed class StoreUnderTest : IAsyncDisposable
{
    private readonly ServiceProvider provider;
    private readonly IHostedService[] hosted;

    private StoreUnderTest(ServiceProvider provider)
    {
        this.provider = provider;
        hosted = [.. provider.GetServices<IHostedService>()];
    }

    /// <summary>The services.</summary>
    public IServiceProvider Services => provider;

    /// <summary>The store.</summary>
    public IObjectStore Store => provider.GetRequiredService<IObjectStore>();

    /// <summary>The cache.</summary>
    public IWatchCache Cache => provider.GetRequiredService<IWatchCache>();

    /// <summary>The feed.</summary>
    public IChangeFeed Feed => provider.GetRequiredService<IChangeFeed>();

    /// <summary>The pooled connections.</summary>
    public NpgsqlDataSource Database => provider.GetRequiredService<NpgsqlDataSource>();

    /// <summary>Migrates the database, starts the store and waits until its cache is filled.</summary>
    public static async Task<StoreUnderTest> StartAsync(StoreOptions options, CancellationToken cancellationToken = default)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        services.AddOrchestratorStore(options);
        var store = new StoreUnderTest(services.BuildServiceProvider());
        await store.Services.GetRequiredService<Migrator>().MigrateAsync(cancellationToken);
        foreach (var service in store.hosted)
        {
            await service.StartAsync(cancellationToken);
        }

        await store.Cache.WaitForAsync(default, cancellationToken);
        return store;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var service in hosted.Reverse())
        {
            await service.StopAsync(CancellationToken.None);
        }

        await provider.DisposeAsync();
    }
}
