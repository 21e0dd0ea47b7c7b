using System.Runtime.InteropServices;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Store.Commits;
using Orchestrator.Store.Feed;

namespace Orchestrator.Store.Cache;

/// <summary>The silo's copy of the cluster. The change feed alone writes to it; readers take its current state and need no lock.</summary>
internal sealed class WatchCache : IWatchCache
{
    private readonly StoreOptions options;
    private readonly StoreMetrics metrics;
    private readonly IObjectStore store;
    private readonly LogReplay replay;

    // Guards the ring, the subscriptions and the waiters. State is swapped under it and read without it.
    private readonly Lock gate = new();
    private readonly RecentChanges recent;
    private readonly RevisionWaiters waiters = new();
    private readonly Dictionary<(GroupResource Resource, string Namespace), List<WatchSubscription>> subscriptions = [];
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private volatile CacheState state = CacheState.Empty;

    /// <summary>The highest revision that the change log no longer has, as far as this silo knows.</summary>
    private long compacted;

    /// <summary>The revision whose changes all watchers have been offered. Behind that of the state for as long as it takes to offer them.</summary>
    private long published;

    public WatchCache(IObjectStore store, LogReplay replay, StoreOptions options, StoreMetrics metrics)
    {
        this.store = store;
        this.replay = replay;
        this.options = options;
        this.metrics = metrics;
        recent = new RecentChanges(options.RecentChanges, options.RecentChangesBytes);
    }

    /// <inheritdoc />
    public Revision Revision => state.Revision;

    /// <summary>The revision up to which every watcher that follows live has been offered every change.</summary>
    public Revision Published => new(Volatile.Read(ref published));

    /// <inheritdoc />
    public bool IsReady => ready.Task.IsCompleted;

    /// <inheritdoc />
    public async Task WaitForAsync(Revision revision, CancellationToken cancellationToken)
    {
        await ready.Task.WaitAsync(cancellationToken);
        Task reached;
        lock (gate)
        {
            reached = state.Revision >= revision ? Task.CompletedTask : waiters.Add(revision);
        }

        await reached.WaitAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async Task<Revision> ReachCurrentAsync(CancellationToken cancellationToken)
    {
        var current = await store.CurrentRevisionAsync(cancellationToken);
        await WaitForAsync(current, cancellationToken);
        return current;
    }

    /// <summary>The whole cluster as it is now.</summary>
    public CacheState Capture() => state;

    /// <inheritdoc />
    public CachedObject? Find(ObjectKey key) => state.Table(key.GroupResource).Find(key.Namespace, key.Name);

    /// <inheritdoc />
    public StoredObject? Get(ObjectKey key) => Find(key)?.Stored;

    /// <inheritdoc />
    public ListSnapshot Snapshot(GroupResource resource, string ns)
    {
        var current = state;
        return new ListSnapshot(current.Revision, current.Table(resource).List(ns));
    }

    /// <inheritdoc />
    public object Token(GroupResource resource) => state.Table(resource);

    /// <inheritdoc />
    public IReadOnlyList<StoredObject> List(GroupResource resource, string ns = "") => Stored(state.Table(resource).List(ns));

    /// <inheritdoc />
    public IReadOnlyList<StoredObject> OwnedBy(GroupResource resource, string ownerUid) => Stored(state.Table(resource).OwnedBy(ownerUid));

    /// <inheritdoc />
    public IWatchSubscription? Watch(GroupResource resource, string ns, Revision after)
    {
        var subscription = new WatchSubscription(this, options, resource, ns, after);
        lock (gate)
        {
            if (after.Value < compacted)
            {
                return null;
            }

            if (TryJoin(subscription, after))
            {
                return subscription;
            }
        }

        replay.Start(subscription, TryJoin);
        return subscription;
    }

    /// <summary>Puts a whole snapshot in place of what was there. Watchers of what was there cannot be told the difference and are ended.</summary>
    public void Load(Revision revision, Revision logCompacted, IReadOnlyList<CachedObject> objects)
    {
        var tables = CacheState.Empty.Tables.ToBuilder();
        foreach (var found in objects)
        {
            var resource = found.Stored.Key.GroupResource;
            tables[resource] = tables.GetValueOrDefault(resource, ResourceTable.Empty).With(found);
        }

        lock (gate)
        {
            state = new CacheState(revision, tables.ToImmutable());
            compacted = Math.Max(compacted, logCompacted.Value);
            recent.Reset(revision);
            foreach (var subscription in subscriptions.Values.SelectMany(list => list))
            {
                subscription.Overflow();
            }

            subscriptions.Clear();
            Volatile.Write(ref published, revision.Value);
            waiters.Reached(revision);
        }

        ready.TrySetResult();
    }

    /// <summary>Takes the next changes, which follow the cache's revision without a hole, and hands them to the watchers.</summary>
    public ChangeBatch Apply(IReadOnlyList<ChangeRow> rows)
    {
        var before = state;
        if (rows[0].Revision.Value != before.Revision.Value + 1 || rows[^1].Revision.Value != before.Revision.Value + rows.Count)
        {
            throw new InvalidOperationException($"changes {rows[0].Revision} to {rows[^1].Revision} do not follow revision {before.Revision}");
        }

        var changes = new ChangeEvent[rows.Count];
        var tables = before.Tables.ToBuilder();
        for (var index = 0; index < changes.Length; index++)
        {
            var (type, changed, _) = rows[index];
            var key = changed.Stored.Key;
            var table = tables.GetValueOrDefault(key.GroupResource, ResourceTable.Empty);
            changes[index] = new ChangeEvent(type, changed.Stored.Revision, changed, table.Find(key.Namespace, key.Name));
            tables[key.GroupResource] = type == ChangeType.Deleted ? table.Without(key) : table.With(changed);
        }

        lock (gate)
        {
            state = new CacheState(rows[^1].Revision, tables.ToImmutable());
            foreach (var change in changes)
            {
                recent.Add(change);
                Dispatch(change);
            }

            Volatile.Write(ref published, state.Revision.Value);
            waiters.Reached(state.Revision);
        }

        return new ChangeBatch(before.Revision, state.Revision, changes);
    }

    /// <summary>Learns that the change log was compacted: older watches cannot be resumed any more.</summary>
    public void Compacted(Revision revision)
    {
        lock (gate)
        {
            compacted = Math.Max(compacted, revision.Value);
        }
    }

    /// <summary>Forgets a watcher.</summary>
    public void Leave(WatchSubscription subscription)
    {
        lock (gate)
        {
            var place = (subscription.Resource, subscription.Namespace);
            if (subscriptions.TryGetValue(place, out var list) && list.Remove(subscription) && list.Count == 0)
            {
                subscriptions.Remove(place);
            }
        }
    }

    /// <summary>Lets a watcher follow from a revision on, when everything since is still in memory.</summary>
    private bool TryJoin(WatchSubscription subscription, Revision from)
    {
        lock (gate)
        {
            if (from < recent.Start || subscription.Ended.IsCancellationRequested)
            {
                return subscription.Ended.IsCancellationRequested;
            }

            foreach (var change in recent.After(from))
            {
                if (subscription.Wants(change) && !subscription.Offer(change))
                {
                    metrics.Overflowed();
                    return true;
                }
            }

            ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(subscriptions, (subscription.Resource, subscription.Namespace), out _);
            (list ??= []).Add(subscription);
            subscription.Joined(list);
            return true;
        }
    }

    private void Dispatch(ChangeEvent change)
    {
        var key = change.Object.Stored.Key;
        Offer(change, key.GroupResource, key.Namespace);
        if (key.Namespace.Length > 0)
        {
            Offer(change, key.GroupResource, "");
        }
    }

    private void Offer(ChangeEvent change, GroupResource resource, string ns)
    {
        if (!subscriptions.TryGetValue((resource, ns), out var list))
        {
            return;
        }

        var cut = list.RemoveAll(subscription => change.Revision > subscription.After && !subscription.Offer(change));
        for (var one = 0; one < cut; one++)
        {
            metrics.Overflowed();
        }

        if (list.Count == 0)
        {
            subscriptions.Remove((resource, ns));
        }
    }

    private static StoredObject[] Stored(CachedObject[] objects) => Array.ConvertAll(objects, found => found.Stored);
}
