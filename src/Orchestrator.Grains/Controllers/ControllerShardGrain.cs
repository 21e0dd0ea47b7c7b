using Microsoft.Extensions.Logging;
using Orchestrator.Api.Identity;
using Orchestrator.Controllers;
using Orchestrator.Grains.Streams;
using Orchestrator.Store.Cache;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Orchestrator.Grains.Controllers;

/// <summary>Runs one controller for a sixteenth of its keys: hears of changes through its stream, reconciles level by level, applies the plans.</summary>
/// <remarks>Nothing here is durable or needs to be: whoever starts looks at all keys, and each minute a reminder makes sure that the shard lives and looks again.</remarks>
[GrainType("controller-shard")]
[ImplicitStreamSubscription(ReconcilerCatalog.StreamNamespace)]
internal sealed partial class ControllerShardGrain(
    ReconcilerCatalog catalog,
    IWatchCache cache,
    PlanApplier applier,
    TimeProvider clock,
    ILogger<ControllerShardGrain> logger)
    : Grain, IControllerShardGrain, IRemindable, IStreamSubscriptionObserver, IAsyncObserver<ShardEvents>, IDisposable
{
    /// <summary>Keys reconciled at a time. Upstream's controllers run 5 workers or so each; here sixteen shards run four.</summary>
    private const int Concurrency = 4;

    private const string ReminderName = "resync";

    /// <summary>Orleans' shortest supported period.</summary>
    private static readonly TimeSpan ReminderPeriod = TimeSpan.FromMinutes(1);

    /// <summary>How long a reconcile waits for this silo's cache; then its key backs off.</summary>
    private static readonly TimeSpan CacheWait = TimeSpan.FromSeconds(10);

    private readonly WorkQueue queue = new();
    private readonly Dictionary<ObjectKey, Revision> mustSee = [];
    private readonly CancellationTokenSource lifetime = new();
    private CancellationToken stopping;
    private IReconciler? reconciler;
    private int shard;
    private long seenUpTo = -1;
    private IGrainTimer? alarm;

    /// <summary>Known to be registered: to ask again costs a query.</summary>
    private bool hasReminder;

    /// <inheritdoc />
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        stopping = lifetime.Token;
        (var name, shard) = ShardKeys.Parse(this.GetPrimaryKeyString());
        reconciler = catalog.Find(name);
        if (reconciler is null)
        {
            LogUnknownController(name);
            return Task.CompletedTask;
        }

        alarm = this.RegisterGrainTimer(
            _ =>
            {
                Pump();
                return Task.CompletedTask;
            },
            new GrainTimerCreationOptions { DueTime = Timeout.InfiniteTimeSpan, Period = Timeout.InfiniteTimeSpan });
        Resync();
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await lifetime.CancelAsync();
    }

    /// <inheritdoc />
    public void Dispose() => lifetime.Dispose();

    /// <inheritdoc />
    public async Task EnsureAsync()
    {
        if (hasReminder)
        {
            return;
        }

        if (await this.GetReminder(ReminderName) is null)
        {
            // The shards' first ticks are spread over the period, so that they do not all look at everything at once.
            await this.RegisterOrUpdateReminder(ReminderName, ReminderPeriod * ((shard + 1) / (double)ReconcilerCatalog.Shards), ReminderPeriod);
        }

        hasReminder = true;
    }

    /// <inheritdoc />
    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        if (reconciler is null)
        {
            await UnregisterAsync(reminderName);
            return;
        }

        Resync();
    }

    /// <inheritdoc />
    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<ShardEvents>().ResumeAsync(this);

    /// <inheritdoc />
    public Task OnNextAsync(ShardEvents item, StreamSequenceToken? token = null)
    {
        if (reconciler is null || (item.To <= seenUpTo && !item.IsResync))
        {
            return Task.CompletedTask;
        }

        if (item.IsResync || item.From > seenUpTo)
        {
            LogGap(this.GetPrimaryKeyString(), seenUpTo, item.From);
            Resync();
        }

        foreach (var text in item.Keys)
        {
            var key = ObjectKey.Parse(text);
            MustSee(key, new Revision(item.To));
            queue.Add(key);
        }

        seenUpTo = Math.Max(seenUpTo, item.To);
        Pump();
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task OnErrorAsync(Exception ex)
    {
        LogStreamFault(this.GetPrimaryKeyString(), ex);
        Resync();
        return Task.CompletedTask;
    }

    /// <summary>Wants a look at every key of this shard, as this silo's cache has them now.</summary>
    private void Resync()
    {
        queue.ClearOverflow();
        seenUpTo = Math.Max(seenUpTo, cache.Revision.Value);
        foreach (var key in reconciler!.AllKeys(cache))
        {
            if (ShardKeys.ShardOf(key, ReconcilerCatalog.Shards) == shard)
            {
                queue.Add(key);
            }
        }

        foreach (var (key, _) in mustSee.Where(entry => entry.Value <= cache.Revision).ToArray())
        {
            mustSee.Remove(key);
        }

        Pump();
    }

    /// <summary>Starts work while there is some and room for it, and sets the alarm for the next delayed key.</summary>
    private void Pump()
    {
        while (!stopping.IsCancellationRequested && queue.RunningCount < Concurrency && queue.TryTake(clock.GetUtcNow(), out var key))
        {
            // Not awaited: each look reports its own end to the queue, and a fault in one becomes its key's back-off.
            _ = LookAtAsync(key);
        }

        if (queue.NextDue is { } due && queue.RunningCount < Concurrency && !stopping.IsCancellationRequested)
        {
            var delay = due - clock.GetUtcNow();
            alarm?.Change(delay > TimeSpan.Zero ? delay : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    private async Task LookAtAsync(ObjectKey key)
    {
        // Leaves the turn that found the work, so that the stream's delivery is not held up by it.
        await Task.Yield();
        try
        {
            await ReconcileAsync(key);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            LogReconcileFault(reconciler!.Name, key.Namespace, key.Name, queue.Fail(key, clock.GetUtcNow()), fault);
        }

        if (queue is { IsOverflowing: true, Count: 0 })
        {
            Resync();
        }

        Pump();
    }

    private async Task ReconcileAsync(ObjectKey key)
    {
        if (mustSee.TryGetValue(key, out var revision))
        {
            await WaitForCacheAsync(revision);
            mustSee.Remove(key);
        }

        var plan = reconciler!.Reconcile(key, cache, clock.GetUtcNow());
        var outcome = await applier.ApplyAsync(plan, reconciler.Name, "revision:" + cache.Revision, stopping);

        // What was just written is not decided on again before it can be seen: this stands for upstream's expectations.
        MustSee(key, outcome.Reached);
        if (outcome.Obstacle is { } obstacle)
        {
            LogObstacle(reconciler.Name, key.Namespace, key.Name, obstacle, queue.Fail(key, clock.GetUtcNow()));
            return;
        }

        queue.Succeed(key);
        if (plan.RequeueAfter is { } delay)
        {
            queue.AddAt(key, clock.GetUtcNow() + delay);
        }
    }

    private async Task WaitForCacheAsync(Revision revision)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(CacheWait);
        await cache.WaitForAsync(revision, limit.Token);
    }

    private void MustSee(ObjectKey key, Revision revision)
    {
        if (revision > mustSee.GetValueOrDefault(key))
        {
            mustSee[key] = revision;
        }
    }

    private async Task UnregisterAsync(string reminderName)
    {
        hasReminder = false;
        if (await this.GetReminder(reminderName) is { } reminder)
        {
            await this.UnregisterReminder(reminder);
        }
    }
}
