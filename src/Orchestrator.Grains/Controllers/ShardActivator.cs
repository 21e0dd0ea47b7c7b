using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Grains.Nodes;
using Orchestrator.Grains.Scheduling;
using Orchestrator.Grains.Streams;

namespace Orchestrator.Grains.Controllers;

/// <summary>
/// At the start of a silo, and whenever another one has gone: makes sure that every shard lives and has its reminder. In between the reminders keep the shards alive.
/// </summary>
/// <remarks>
/// What a shard had been told and had not yet looked at is gone with its silo, and nobody tells it again. Whoever starts looks at all keys, so it is started at once, and
/// not when its next event or its reminder comes. Every silo does so: which of them would be too much to agree on, and to ask a shard that lives costs next to nothing.
/// </remarks>
internal sealed partial class ShardActivator(
    IGrainFactory grains,
    ReconcilerCatalog catalog,
    ShardRoutes routes,
    IClusterMembershipService membership,
    ILogger<ShardActivator> logger) : BackgroundService
{
    /// <summary>Shards asked at a time: registering is a database write each.</summary>
    private const int Parallelism = 8;

    /// <summary>Between attempts, when the database or another silo did not answer.</summary>
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        HashSet<SiloAddress> gone = [.. Gone(membership.CurrentSnapshot)];
        await EnsureAllAsync(stoppingToken);
        await foreach (var members in membership.MembershipUpdates.WithCancellation(stoppingToken))
        {
            var before = gone.Count;
            gone.UnionWith(Gone(members));
            if (gone.Count > before)
            {
                await EnsureAllAsync(stoppingToken);
            }

            // The table forgets the dead after a while.
            gone.IntersectWith(members.Members.Keys);
        }
    }

    private static IEnumerable<SiloAddress> Gone(ClusterMembershipSnapshot members) =>
        members.Members.Values.Where(member => member.Status == SiloStatus.Dead).Select(member => member.SiloAddress);

    private Task EnsureAllAsync(CancellationToken stoppingToken)
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
