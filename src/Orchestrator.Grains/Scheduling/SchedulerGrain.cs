using System.Text.Json;
using Microsoft.Extensions.Logging;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Grains.Streams;
using Orchestrator.Scheduling;
using Orchestrator.Scheduling.Snapshots;
using Orchestrator.Store.Cache;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Orchestrator.Grains.Scheduling;

/// <summary>Places pods: keeps a snapshot of the cluster up to date through its stream, decides pod by pod, binds without waiting.</summary>
/// <remarks>One grain sees all nodes, so that decisions do not fight over room. A pod that was placed is counted on its node until the cache shows it there.
/// A second activation, for a moment, can only lose: a binding is refused when the pod has a node.</remarks>
[GrainType("scheduler")]
[ImplicitStreamSubscription(StreamNamespace)]
internal sealed partial class SchedulerGrain(IWatchCache cache, SchedulingWrites writes, TimeProvider clock, ILogger<SchedulerGrain> logger)
    : Grain, ISchedulerGrain, IRemindable, IStreamSubscriptionObserver, IAsyncObserver<ShardEvents>, IDisposable
{
    /// <summary>The stream namespace.</summary>
    internal const string StreamNamespace = "scheduler";

    /// <summary>The name that pods ask for in spec.schedulerName.</summary>
    internal const string SchedulerName = "default-scheduler";

    /// <summary>Bindings on their way at a time; further decisions wait for one to end.</summary>
    private const int BindingLimit = 64;

    private const string ReminderName = "resync";

    private static readonly JsonSerializerOptions Camel = new(JsonSerializerDefaults.Web);
    private static readonly TimeSpan ReminderPeriod = TimeSpan.FromMinutes(1);

    /// <summary>How long one round waits for this silo's cache.</summary>
    private static readonly TimeSpan CacheWait = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource lifetime = new();
    private readonly SemaphoreSlim wake = new(0, 1);
    private readonly SemaphoreSlim bindings = new(BindingLimit, BindingLimit);
    private readonly PendingPods pending = new();
    private readonly Dictionary<ObjectKey, SchedulingDecision> decisions = [];
    private readonly Dictionary<ObjectKey, (SchedulingPod Pod, string Node)> binding = [];
    private Snapshot snapshot = new();
    private HashSet<ObjectKey> changed = [];
    private bool mustRebuild = true;
    private long mustReach;
    private long seenUpTo = -1;
    private CancellationToken stopping;

    /// <summary>The route by which changes reach the scheduler.</summary>
    public static ChangeRoute Route { get; } = new()
    {
        StreamNamespace = StreamNamespace,
        Name = SchedulerName,
        Shards = 1,
        Watches = Snapshot.Resources,
        KeysFor = (_, after, _, _) => [after.Key],
    };

    /// <inheritdoc />
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        stopping = lifetime.Token;
        Signal();
        _ = RunAsync();
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => await lifetime.CancelAsync();

    /// <inheritdoc />
    public void Dispose()
    {
        lifetime.Dispose();
        wake.Dispose();
        bindings.Dispose();
    }

    /// <inheritdoc />
    public async Task EnsureAsync()
    {
        if (await this.GetReminder(ReminderName) is null)
        {
            await this.RegisterOrUpdateReminder(ReminderName, ReminderPeriod, ReminderPeriod);
        }
    }

    /// <inheritdoc />
    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        mustRebuild = true;
        Signal();
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task<byte[]?> ExplainAsync(string pod) => Task.FromResult(
        decisions.TryGetValue(ObjectKey.Parse(pod), out var decision) ? JsonSerializer.SerializeToUtf8Bytes(decision, Camel) : null);

    /// <inheritdoc />
    public Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) => handleFactory.Create<ShardEvents>().ResumeAsync(this);

    /// <inheritdoc />
    public Task OnNextAsync(ShardEvents item, StreamSequenceToken? token = null)
    {
        mustRebuild |= item.IsResync || item.From > seenUpTo;
        changed.UnionWith(item.Keys.Select(ObjectKey.Parse));
        seenUpTo = Math.Max(seenUpTo, item.To);
        mustReach = Math.Max(mustReach, item.To);
        Signal();
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task OnErrorAsync(Exception ex)
    {
        mustRebuild = true;
        Signal();
        return Task.CompletedTask;
    }

    private void Signal()
    {
        if (wake.CurrentCount == 0)
        {
            wake.Release();
        }
    }

    private async Task RunAsync()
    {
        await Task.Yield();
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await WaitForWorkAsync();
                await CatchUpAsync();
                await PlaceAsync();
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (fault is not OutOfMemoryException)
            {
                // The snapshot may be half changed: it is made anew, and not at once, so that a fault that stays does not spin.
                LogFault(fault);
                mustRebuild = true;
                await Task.Delay(PendingPods.FirstBackOff, CancellationToken.None);
                Signal();
            }
        }
    }

    private async Task WaitForWorkAsync()
    {
        var delay = pending.NextDue is { } due ? due - clock.GetUtcNow() : Timeout.InfiniteTimeSpan;
        if (pending.NextDue is not null && delay <= TimeSpan.Zero)
        {
            return;
        }

        await wake.WaitAsync(delay, stopping);
    }

    /// <summary>Brings the snapshot and the list of pending pods up to what the cache shows.</summary>
    private async Task CatchUpAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(CacheWait);
        await cache.WaitForAsync(new Revision(mustReach), limit.Token);
        if (mustRebuild)
        {
            Rebuild();
            return;
        }

        var keys = changed;
        changed = [];
        var mayMakeRoom = false;
        foreach (var key in keys)
        {
            mayMakeRoom |= Apply(key);
        }

        if (mayMakeRoom)
        {
            pending.Wake(clock.GetUtcNow());
        }
    }

    private void Rebuild()
    {
        mustRebuild = false;
        seenUpTo = Math.Max(seenUpTo, cache.Revision.Value);
        changed = [];
        snapshot = Snapshot.Of(cache);
        foreach (var (pod, node) in binding.Values)
        {
            if (cache.Get(pod.Key) is { } stored && SchedulingPod.From(stored).NodeName.Length == 0)
            {
                snapshot.Assume(pod, node);
            }
        }

        foreach (var stored in cache.List(new GroupResource("", "pods")))
        {
            Consider(stored);
        }

        pending.Wake(clock.GetUtcNow());
    }

    /// <summary>Takes in one change; true when it may make room for pods that found none.</summary>
    private bool Apply(ObjectKey key)
    {
        if (cache.Get(key) is not { } stored)
        {
            snapshot.Remove(key);
            Forget(key);
            return true;
        }

        snapshot.Apply(stored);
        return key.Resource != "pods" || Consider(stored);
    }

    /// <summary>Puts a pod among the pending ones or takes it from there; true when it no longer takes room.</summary>
    private bool Consider(StoredObject stored)
    {
        var pod = SchedulingPod.From(stored);
        if (pod.IsPending && !binding.ContainsKey(pod.Key) && pod.Pod.Spec.SchedulerName is null or "" or SchedulerName)
        {
            pending.Add(stored, pod);
            return false;
        }

        if (!pod.IsPending)
        {
            Forget(pod.Key);
        }

        // A pod that was bound may be what another one's affinity waits for.
        return pod.IsFinished || pod.NodeName.Length > 0;
    }

    private void Forget(ObjectKey key)
    {
        pending.Remove(key);
        decisions.Remove(key);
    }

    private async Task PlaceAsync()
    {
        while (!mustRebuild && changed.Count == 0 && pending.TryTake(clock.GetUtcNow(), out var pod))
        {
            await bindings.WaitAsync(stopping);
            var decision = Scheduler.Schedule(pod!, snapshot);
            if (decision.Node is { } node)
            {
                snapshot.Assume(pod!, node);
                binding[pod!.Key] = (pod, node);
                decisions.Remove(pod.Key);
            }
            else
            {
                decisions[pod!.Key] = decision;
                pending.Shelve(pod.Key, clock.GetUtcNow());
            }

            _ = CarryOutAsync(pod, decision);

            // Lets deliveries and ended bindings in between two decisions.
            await Task.Yield();
        }

        if (mustRebuild || changed.Count > 0)
        {
            Signal();
        }
    }

    private async Task CarryOutAsync(SchedulingPod pod, SchedulingDecision decision)
    {
        string? obstacle;
        try
        {
            obstacle = decision.Node is { } node
                ? await writes.BindAsync(pod, node, stopping)
                : await writes.ReportUnschedulableAsync(pod, decision, stopping);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            obstacle = fault.Message;
        }

        binding.Remove(pod.Key);
        if (obstacle is not null)
        {
            LogObstacle(pod.Key.Namespace, pod.Key.Name, obstacle);
            snapshot.Forget(pod.Key);
            pending.Retry(pod.Key, clock.GetUtcNow());
        }
        else if (decision.Node is not null)
        {
            pending.Remove(pod.Key);
        }

        if (!stopping.IsCancellationRequested)
        {
            bindings.Release();
            Signal();
        }
    }
}
