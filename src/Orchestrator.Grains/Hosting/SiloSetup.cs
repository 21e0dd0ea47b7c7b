using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orchestrator.Api.Registry;
using Orchestrator.Controllers;
using Orchestrator.Grains.Controllers;
using Orchestrator.Grains.Conversion;
using Orchestrator.Grains.Events;
using Orchestrator.Grains.Nodes;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Scheduling;
using Orchestrator.Grains.Streams;
using Orchestrator.Grains.Webhooks;
using Orchestrator.Store.Kinds;
using Orleans.Configuration;
using Orleans.Streams;

namespace Orchestrator.Grains.Hosting;

/// <summary>Makes a silo one of ours: the grains' services, the stream provider over the change feed, and the settings that were measured.</summary>
/// <remarks>The host adds clustering, reminders, and the implementations of <c>IObjectStore</c>, <c>IWatchCache</c>, <c>IChangeFeed</c>, <c>IWriteDecider</c> and <c>ITokenIssuer</c>.</remarks>
public static class SiloSetup
{
    /// <summary>Adds the grains.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="reconcilers">The controllers to run; empty for a silo of a cluster without a controller manager.</param>
    /// <param name="network">The cluster's addresses, the same on every silo.</param>
    /// <param name="runsScheduler">False for a cluster whose pods are placed by another scheduler.</param>
    public static ISiloBuilder AddOrchestratorGrains(
        this ISiloBuilder silo, IReadOnlyList<IReconciler> reconcilers, ClusterNetwork network, bool runsScheduler = true) =>
        silo.AddOrchestratorGrains(_ => reconcilers, network, runsScheduler);

    /// <summary>Adds the grains.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="reconcilers">Makes the controllers to run, from what tells them the kinds that are served.</param>
    /// <param name="network">The cluster's addresses, the same on every silo.</param>
    /// <param name="runsScheduler">False for a cluster whose pods are placed by another scheduler.</param>
    public static ISiloBuilder AddOrchestratorGrains(
        this ISiloBuilder silo, Func<Func<KindRegistry>, IReadOnlyList<IReconciler>> reconcilers, ClusterNetwork network, bool runsScheduler = true)
    {
        var services = silo.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ServedKinds>();
        services.AddSingleton<CustomConversion>();
        services.AddSingleton(provider =>
        {
            var kinds = provider.GetRequiredService<ServedKinds>();
            return new ReconcilerCatalog(reconcilers(() => kinds.Current));
        });
        services.AddSingleton(provider => new ShardRoutes(
        [
            .. provider.GetRequiredService<ReconcilerCatalog>().Routes,
            .. runsScheduler ? [SchedulerGrain.Route] : Array.Empty<ChangeRoute>(),
        ]));
        services.AddSingleton<SchedulingWrites>();
        services.AddSingleton<ChargeTurns>();
        services.TryAddSingleton<IWebhookClient, WebhookClient>();
        services.TryAddSingleton<IObjectConverter, ConversionWebhooks>();
        services.TryAddSingleton<IChangeSource, FeedChangeSource>();
        services.AddSingleton<PlanApplier>();
        services.AddHostedSingleton<EventRecorder>();
        services.AddHostedSingleton<ShardRouter>();
        services.AddSingleton(network);
        services.AddSingleton<PodCidrClaims>();
        services.AddHostedSingleton<NodeChanges>();
        services.AddHostedService<ShardActivator>();
        Tune(silo);
        return silo;
    }

    private static void Tune(ISiloBuilder silo)
    {
        // A dead silo is noticed after about a second and a frozen one after five; shorter probes risk false deaths on a starved machine.
        silo.Configure<ClusterMembershipOptions>(options =>
        {
            options.ProbeTimeout = TimeSpan.FromSeconds(1);
            options.MaxProbeTimeout = TimeSpan.FromSeconds(1.5);
        });
        silo.Configure<GrainCollectionOptions>(options =>
        {
            options.EnableActivationSheddingOnMemoryPressure = true;
            options.CollectionAge = TimeSpan.FromMinutes(5);
        });
        silo.AddPersistentStreams(ChangeQueueAdapterFactory.ProviderName, ChangeQueueAdapterFactory.Create, streams =>
        {
            streams.ConfigurePullingAgent(agent => agent.Configure(options =>
            {
                // The receiver waits for changes itself; this is only the pause between two waits.
                options.GetQueueMsgsTimerPeriod = TimeSpan.FromMilliseconds(10);
                options.BatchContainerBatchSize = 64;
            }));
            streams.ConfigureStreamPubSub(StreamPubSubType.ImplicitOnly);
        });
        silo.AddActivityPropagation();

        // The default packs grains on the silo that calls first, which would be the one that kubectl happens to reach.
        silo.Services.AddSingleton<PlacementStrategy, RandomPlacement>();
    }

    private static void AddHostedSingleton<T>(this IServiceCollection services)
        where T : class, Microsoft.Extensions.Hosting.IHostedService
    {
        services.AddSingleton<T>();
        services.AddHostedService(provider => provider.GetRequiredService<T>());
    }
}
