using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Api.Identity;
using Orchestrator.Store.Cache;

namespace Orchestrator.Grains.Streams;

/// <summary>Follows this silo's change feed once and sorts its changes into the Orleans queues that this silo serves at the moment.</summary>
/// <remarks>Keeps no checkpoint: a queue that comes to this silo starts at the present, and its shards are told to look at everything, which a level-based
/// controller needs anyway after a gap. A checkpoint in the database would cost a write per read and save only that look.</remarks>
internal sealed partial class ShardRouter(
    IChangeSource source,
    IWatchCache cache,
    ShardRoutes routes,
    ILogger<ShardRouter> logger) : BackgroundService
{
    /// <summary>Changes sorted in one go; the rest waits for the next round.</summary>
    private const int RoundLimit = 1_000;

    private static readonly TimeSpan ReadyPoll = TimeSpan.FromMilliseconds(20);

    private readonly Lock gate = new();
    private readonly IReadOnlyList<ChangeRoute> routes = routes.All;
    private readonly List<ShardQueue> queues = [];
    private Revision position;

    /// <summary>Every shard's stream.</summary>
    public IEnumerable<StreamId> Streams =>
        from route in routes
        from shard in Enumerable.Range(0, route.Shards)
        select route.StreamOf(shard);

    /// <summary>Serves an Orleans queue from now on.</summary>
    public ShardQueue Open(IEnumerable<StreamId> streams)
    {
        lock (gate)
        {
            var queue = new ShardQueue(streams, position);
            queues.Add(queue);
            return queue;
        }
    }

    /// <summary>The queue has moved to another silo.</summary>
    public void Close(ShardQueue queue)
    {
        lock (gate)
        {
            queues.Remove(queue);
        }

        queue.Close();
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!cache.IsReady)
        {
            await Task.Delay(ReadyPoll, stoppingToken);
        }

        while (!stoppingToken.IsCancellationRequested)
        {
            using var subscription = source.Follow();

            // Read after subscribing: a change may then be told twice, but none is missed.
            Restart(cache.Revision);
            try
            {
                await SortAsync(subscription, stoppingToken);
            }
            catch (WatchOverflowException)
            {
                LogOverflow(position.Value);
            }
        }
    }

    private async Task SortAsync(IWatchSubscription subscription, CancellationToken stoppingToken)
    {
        while (await subscription.Changes.WaitToReadAsync(stoppingToken))
        {
            var keys = new Dictionary<StreamId, HashSet<string>>();
            var reached = position;
            var isIncomplete = false;
            for (var count = 0; count < RoundLimit && subscription.Changes.TryRead(out var change); count++)
            {
                isIncomplete |= !TrySort(change, keys);
                reached = change.Revision;
            }

            Deliver(keys, reached, isIncomplete);
        }
    }

    private bool TrySort(ChangeEvent change, Dictionary<StreamId, HashSet<string>> keys)
    {
        var isComplete = true;
        foreach (var route in routes)
        {
            if (route.Watches.Count > 0 && !route.Watches.Contains(change.Object.Stored.Key.GroupResource))
            {
                continue;
            }

            isComplete &= TrySort(route, change, keys);
        }

        return isComplete;
    }

    /// <summary>Asks one route. A fault in one controller's mapping must not stop the others' events: its shards look at everything instead.</summary>
    private bool TrySort(ChangeRoute route, ChangeEvent change, Dictionary<StreamId, HashSet<string>> keys)
    {
        try
        {
            foreach (var key in route.KeysFor(change.Previous?.Stored, change.Object.Stored, change.Type == ChangeType.Deleted, cache))
            {
                var stream = route.StreamOf(ShardKeys.ShardOf(key, route.Shards));
                if (!keys.TryGetValue(stream, out var wanted))
                {
                    keys.Add(stream, wanted = []);
                }

                wanted.Add(key.ToString());
            }

            return true;
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            LogRouteFault(route.Name, change.Object.Stored.Key.ToString(), fault);
            return false;
        }
    }

    private void Deliver(Dictionary<StreamId, HashSet<string>> keys, Revision reached, bool isIncomplete)
    {
        lock (gate)
        {
            position = reached;
            foreach (var queue in queues)
            {
                if (isIncomplete)
                {
                    queue.Restart(reached);
                }
                else
                {
                    queue.Deliver(keys, reached);
                }
            }
        }
    }

    private void Restart(Revision at)
    {
        lock (gate)
        {
            position = at;
            queues.ForEach(queue => queue.Restart(at));
        }
    }
}
