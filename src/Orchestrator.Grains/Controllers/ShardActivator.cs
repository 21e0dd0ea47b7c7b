using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Grains.Nodes;
using Orchestrator.Grains.Scheduling;
using Orchestrator.Grains.Streams;

namespace Orchestrator.Grains.Controllers;

/// <summary>At the start of a silo: makes sure that every shard has its reminder. From then on the reminders keep the shards alive.</summary>
internal sealed partial class ShardActivator(IGrainFactory grains, ReconcilerCatalog catalog, ShardRoutes routes, ILogger<ShardActivator> logger) : BackgroundService
{
    /// <summary>Shards asked at a time: registering is a database write each.</summary>
    private const int Parallelism = 8;

    /// <summary>Between attempts, when the database or another silo did not answer.</summary>
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var shards = from name in catalog.Names
                     from shard in Enumerable.Range(0, ReconcilerCatalog.Shards)
                     select ShardKeys.Build(name, shard);
        var asks = shards
            .Select(key => (key, Ask: (Func<Task>)(() => grains.GetGrain<IControllerShardGrain>(key).EnsureAsync())))
            .Append((NodeWatchGrain.Key, () => grains.GetGrain<INodeWatchGrain>(NodeWatchGrain.Key).EnsureAsync()));
        if (routes.All.Contains(SchedulerGrain.Route))
        {
            asks = asks.Append((ISchedulerGrain.Key, () => grains.GetGrain<ISchedulerGrain>(ISchedulerGrain.Key).EnsureAsync()));
        }

        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = stoppingToken };
        return Parallel.ForEachAsync(asks, options, (ask, cancellationToken) => EnsureAsync(ask.key, ask.Ask, cancellationToken));
    }

    private async ValueTask EnsureAsync(string key, Func<Task> ask, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await ask();
                return;
            }
            catch (Exception fault) when (fault is not OperationCanceledException and not OutOfMemoryException)
            {
                LogNotEnsured(key, fault);
                await Task.Delay(RetryDelay, cancellationToken);
            }
        }
    }
}
