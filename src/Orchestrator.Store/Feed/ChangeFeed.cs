using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Api.Identity;
using Orchestrator.Store.Cache;
using Orchestrator.Store.Commits;

namespace Orchestrator.Store.Feed;

/// <summary>Follows the change log for the whole silo: fills the watch cache, then publishes every change in order.</summary>
/// <remarks>
/// NOTIFY only wakes it; the log is the truth. Revisions are gapless and appear in commit order, so <c>revision &gt; last</c> misses
/// nothing, and a missing successor means that the log was compacted past this silo. What this silo itself has committed is handed over by
/// its committer and not read again.
/// </remarks>
internal sealed partial class ChangeFeed : BackgroundService, IChangeFeed
{
    private static readonly TimeSpan FirstBackOff = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LastBackOff = TimeSpan.FromSeconds(2);

    private readonly StoreConnections connections;
    private readonly WatchCache cache;
    private readonly OwnCommits own;
    private readonly StoreOptions options;
    private readonly StoreMetrics metrics;
    private readonly ILogger<ChangeFeed> log;
    private readonly Lock gate = new();

    private Subscription[] subscriptions = [];

    /// <summary>Ends when this silo's committer has handed something over. One at a time, or they would pile up in a silo that writes nothing.</summary>
    private Task? handed;

    public ChangeFeed(StoreConnections connections, WatchCache cache, OwnCommits own, StoreOptions options, StoreMetrics metrics, ILogger<ChangeFeed> log)
    {
        this.connections = connections;
        this.cache = cache;
        this.own = own;
        this.options = options;
        this.metrics = metrics;
        this.log = log;
    }

    /// <inheritdoc />
    public Revision Position => cache.Revision;

    /// <inheritdoc />
    public IDisposable Subscribe(Action<ChangeBatch> receive)
    {
        var subscription = new Subscription(this, receive);
        lock (gate)
        {
            subscriptions = [.. subscriptions, subscription];
        }

        return subscription;
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var backOff = FirstBackOff;
        while (!stoppingToken.IsCancellationRequested)
        {
            var before = Position;
            try
            {
                await FollowAsync(stoppingToken);
            }
            catch (Exception e) when (Faults.IsOfDatabase(e) && !stoppingToken.IsCancellationRequested)
            {
                LogLost(e, Position.Value);
                backOff = Position > before ? FirstBackOff : backOff;
                await Task.Delay(backOff, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                backOff = backOff + backOff < LastBackOff ? backOff + backOff : LastBackOff;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task FollowAsync(CancellationToken stopping)
    {
        // Listening comes first: what is committed from here on is either read below or notified.
        await using var connection = await FeedConnection.OpenAsync(connections.Feed, stopping);
        if (!cache.IsReady)
        {
            await LoadAsync(stopping);
        }

        while (!stopping.IsCancellationRequested)
        {
            await CatchUpAsync(connection, stopping);
            await WaitAsync(connection, stopping);
        }
    }

    /// <summary>Waits until the log has something that nobody has handed over, or it is time to look anyway. What this silo commits is published meanwhile.</summary>
    private async Task WaitAsync(FeedConnection connection, CancellationToken stopping)
    {
        while (!connection.IsNotifiedBeyond(Position))
        {
            var notified = connection.WaitAsync(options.PollPeriod, stopping);
            while (await Task.WhenAny(notified, handed ??= own.WaitAsync(stopping)) != notified)
            {
                TakeOwn();
            }

            if (!await notified)
            {
                return;
            }

            TakeOwn();
            if (connection.IsNotifiedBeyond(Position))
            {
                // The notification may be here before the answer to the very commit that it is about.
                await own.Settled.WaitAsync(options.HandOverWait, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                TakeOwn();
            }
        }
    }

    /// <summary>Publishes what this silo has committed, as far as it follows the position.</summary>
    private void TakeOwn()
    {
        handed = handed is { IsCompleted: true } ? null : handed;
        while (own.TryTake(out var batch))
        {
            if (batch.Base == Position && cache.IsReady)
            {
                Apply([.. batch.Changes.Select(change => new ChangeRow(change.Type, Rows.Cached(change.Stored), batch.CommittedAt))]);
            }
        }
    }

    private async Task LoadAsync(CancellationToken stopping)
    {
        var objects = new List<CachedObject>();
        var (revision, compacted) = await FeedConnection.ReadAllAsync(connections.Feed, objects.Add, stopping);
        var from = Position;
        var again = cache.IsReady;
        cache.Load(revision, compacted, objects);
        LogLoaded(objects.Count, revision.Value);
        if (again)
        {
            Publish(new ChangeBatch(from, revision, [], Reset: true));
        }
    }

    private async Task CatchUpAsync(FeedConnection connection, CancellationToken stopping)
    {
        int read;
        do
        {
            read = await ReadOnceAsync(connection, stopping);
            if (read < 0)
            {
                LogGap(Position.Value);
                await LoadAsync(stopping);
            }
        }
        while (read < 0 || read == options.FeedBatchRows);
    }

    /// <summary>Reads and publishes what follows the position.</summary>
    /// <returns>The number of changes, or -1 when the log lacks the next one.</returns>
    private async Task<int> ReadOnceAsync(FeedConnection connection, CancellationToken stopping)
    {
        var rows = new List<ChangeRow>();
        var (read, bytes, expected) = (0, 0L, Position.Value + 1);
        await foreach (var row in connection.ReadChangesAsync(Position, options.FeedBatchRows, stopping))
        {
            if (row.Revision.Value != expected)
            {
                Apply(rows);
                return -1;
            }

            rows.Add(row);
            expected++;
            read++;
            bytes += row.Object.Stored.Document.Length;
            if (bytes >= options.FeedBatchBytes)
            {
                Apply(rows);
                (rows, bytes) = ([], 0);
            }
        }

        Apply(rows);
        return read;
    }

    private void Apply(List<ChangeRow> rows)
    {
        if (rows.Count > 0)
        {
            Publish(cache.Apply(rows));
            metrics.Published(rows.Count, DateTime.UtcNow - rows[^1].CommittedAt);
        }
    }

    private void Publish(ChangeBatch batch)
    {
        Subscription[] current;
        lock (gate)
        {
            current = subscriptions;
        }

        foreach (var subscription in current)
        {
            try
            {
                subscription.Receive(batch);
            }
#pragma warning disable CA1031 // A subscriber's bug must not stop the silo's view of the cluster; that subscriber is cut off.
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogSubscriberFailed(e);
                subscription.Dispose();
            }
        }
    }

    private void End(Subscription ended)
    {
        lock (gate)
        {
            subscriptions = [.. subscriptions.Where(subscription => subscription != ended)];
        }
    }

    private sealed class Subscription(ChangeFeed feed, Action<ChangeBatch> receive) : IDisposable
    {
        public Action<ChangeBatch> Receive => receive;

        public void Dispose() => feed.End(this);
    }
}
