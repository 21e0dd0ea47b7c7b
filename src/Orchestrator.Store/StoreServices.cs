using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using Orchestrator.Store.Audit;
using Orchestrator.Store.Cache;
using Orchestrator.Store.Commits;
using Orchestrator.Store.Feed;
using Orchestrator.Store.History;
using Orchestrator.Store.Migrations;
using Orchestrator.Store.Retention;

namespace Orchestrator.Store;

/// <summary>Registers the store.</summary>
public static class StoreServices
{
    /// <summary>
    /// Adds the store of a silo: <see cref="IObjectStore"/>, <see cref="IWatchCache"/>, <see cref="IChangeFeed"/>, the shared
    /// <see cref="NpgsqlDataSource"/>, and their background work. Run <see cref="Migrator.MigrateAsync"/> before the host starts.
    /// </summary>
    public static IServiceCollection AddOrchestratorStore(this IServiceCollection services, StoreOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(_ => StoreConnections.CreateShared(options));
        services.AddSingleton<StoreConnections>();
        services.AddSingleton<StoreMetrics>();
        services.AddSingleton<Migrator>();
        services.AddSingleton<OwnCommits>();
        services.AddSingleton<Committer>();
        services.AddSingleton<IObjectStore>(provider => provider.GetRequiredService<Committer>());
        services.AddSingleton<LogReplay>();
        services.AddSingleton<WatchCache>();
        services.AddSingleton<IWatchCache>(provider => provider.GetRequiredService<WatchCache>());
        services.AddSingleton<Api.Views.IClusterView>(provider => provider.GetRequiredService<WatchCache>());
        services.AddSingleton<Kinds.ServedKinds>();
        services.AddSingleton<ChangeFeed>();
        services.AddSingleton<IChangeFeed>(provider => provider.GetRequiredService<ChangeFeed>());
        services.AddHostedService(provider => provider.GetRequiredService<Committer>());
        services.AddHostedService(provider => provider.GetRequiredService<ChangeFeed>());
        services.AddSingleton<LogRetention>();
        services.AddHostedService(provider => provider.GetRequiredService<LogRetention>());
        services.AddSingleton<PastStates>();
        services.AddSingleton<IPastStates>(provider => provider.GetRequiredService<PastStates>());
        services.AddSingleton<CacheAudit>();
        services.AddSingleton<ICacheAudit>(provider => provider.GetRequiredService<CacheAudit>());
        services.AddHostedService(provider => provider.GetRequiredService<CacheAudit>());
        return services;
    }
}
