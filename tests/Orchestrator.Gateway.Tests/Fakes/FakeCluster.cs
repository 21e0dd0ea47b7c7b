using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Registry;
using Orchestrator.Api.Selectors;
using Orchestrator.Store.Cache;
using Orchestrator.Store.Commits;
using Orchestrator.Store.History;

namespace Orchestrator.Gateway.Tests.Fakes;

/// <summary>A cluster in a dictionary: the watch cache that the gateway reads, and the store that fake grains write.</summary>
internal sealed class FakeCluster : IWatchCache, IPastStates
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, CachedObject> objects = new(StringComparer.Ordinal);
    private readonly List<ChangeEvent> log = [];
    private readonly List<Subscription> subscriptions = [];

    public Revision Revision { get; private set; }

    public bool IsReady => true;

    /// <summary>True: the database does not answer.</summary>
    public bool IsDown { get; set; }

    /// <summary>Watches from before this revision are answered 410.</summary>
    public Revision Oldest { get; set; }

    public StoredObject? Get(ObjectKey key) => Find(key)?.Stored;

    public IReadOnlyList<StoredObject> List(GroupResource resource, string ns = "") => [.. Snapshot(resource, ns).Objects.Select(cached => cached.Stored)];

    public IReadOnlyList<StoredObject> OwnedBy(GroupResource resource, string ownerUid) =>
        [.. Snapshot(resource, "").Objects.Where(cached => cached.OwnerUids.Contains(ownerUid)).Select(cached => cached.Stored)];

    public Task WaitForAsync(Revision revision, CancellationToken cancellationToken) =>
        Revision >= revision ? Task.CompletedTask : Task.Delay(Timeout.Infinite, cancellationToken);

    public Task<Revision> ReachCurrentAsync(CancellationToken cancellationToken) =>
        IsDown ? Task.FromException<Revision>(new StoreUnavailableException("down")) : Task.FromResult(Revision);

    public CachedObject? Find(ObjectKey key)
    {
        lock (gate)
        {
            return objects.GetValueOrDefault(key.ToString());
        }
    }

    public ListSnapshot Snapshot(GroupResource resource, string ns)
    {
        lock (gate)
        {
            return new ListSnapshot(Revision, [.. objects.Values.Where(cached => IsIn(cached, resource, ns))]);
        }
    }

    public IWatchSubscription? Watch(GroupResource resource, string ns, Revision after)
    {
        lock (gate)
        {
            if (after < Oldest)
            {
                return null;
            }

            var subscription = new Subscription(change => IsIn(change.Object, resource, ns), () => Revision);
            foreach (var change in log.Where(change => change.Revision > after))
            {
                subscription.Offer(change);
            }

            subscriptions.Add(subscription);
            return subscription;
        }
    }

    public Task<ListSnapshot?> ListAsync(GroupResource resource, string ns, Revision at, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            var state = new SortedDictionary<string, CachedObject>(StringComparer.Ordinal);
            foreach (var change in log.Where(change => change.Revision <= at && IsIn(change.Object, resource, ns)))
            {
                state[change.Object.Stored.Key.ToString()] = change.Object;
                if (change.Type == ChangeType.Deleted)
                {
                    state.Remove(change.Object.Stored.Key.ToString());
                }
            }

            return Task.FromResult(at < Oldest ? null : new ListSnapshot(at, [.. state.Values]));
        }
    }

    public async Task<ListSnapshot?> FindAsync(ObjectKey key, Revision at, CancellationToken cancellationToken) =>
        await ListAsync(key.GroupResource, key.Namespace, at, cancellationToken) is { } list
            ? list with { Objects = [.. list.Objects.Where(cached => cached.Stored.Key == key)] }
            : null;

    /// <summary>Writes an object as a commit would.</summary>
    public CachedObject Put(ObjectKey key, string json) => Put(key, JsonNode.Parse(json)!.AsObject());

    /// <summary>Writes an object as a commit would.</summary>
    public CachedObject Put(ObjectKey key, JsonObject document)
    {
        lock (gate)
        {
            Revision = new Revision(Revision.Value + 1);
            var previous = objects.GetValueOrDefault(key.ToString());
            var metadata = document["metadata"] as JsonObject ?? [];
            document["metadata"] = metadata;
            metadata["name"] = key.Name;
            if (key.Namespace.Length > 0)
            {
                metadata["namespace"] = key.Namespace;
            }

            metadata["uid"] ??= previous?.Uid ?? Guid.NewGuid().ToString();
            metadata["resourceVersion"] = Revision.ToString();
            var cached = Read(key, document);
            objects[key.ToString()] = cached;
            Publish(new ChangeEvent(previous is null ? ChangeType.Added : ChangeType.Modified, Revision, cached, previous));
            return cached;
        }
    }

    /// <summary>Removes an object as a commit would.</summary>
    public CachedObject? Remove(ObjectKey key)
    {
        lock (gate)
        {
            if (!objects.Remove(key.ToString(), out var previous))
            {
                return null;
            }

            Revision = new Revision(Revision.Value + 1);
            var document = JsonNode.Parse(previous.Stored.Document.Span)!.AsObject();
            document["metadata"]!["resourceVersion"] = Revision.ToString();
            var last = Read(key, document);
            Publish(new ChangeEvent(ChangeType.Deleted, Revision, last, previous));
            return last;
        }
    }

    private CachedObject Read(ObjectKey key, JsonObject document)
    {
        var bytes = Encoding.UTF8.GetBytes(document.ToJsonString());
        var labels = document["metadata"]!["labels"] as JsonObject ?? [];
        var owners = document["metadata"]!["ownerReferences"] as JsonArray ?? [];
        return new CachedObject
        {
            Stored = new StoredObject(key, Revision, bytes),
            Uid = document["metadata"]!["uid"]!.GetValue<string>(),
            Labels = labels.ToDictionary(label => label.Key, label => label.Value!.GetValue<string>()),
            OwnerUids = [.. owners.Select(owner => owner!["uid"]!.GetValue<string>())],
            Field = field => SelectableFields.Value(key.GroupResource, bytes, field),
        };
    }

    private void Publish(ChangeEvent change)
    {
        log.Add(change);
        foreach (var subscription in subscriptions)
        {
            subscription.Offer(change);
        }
    }

    private static bool IsIn(CachedObject cached, GroupResource resource, string ns) =>
        cached.Stored.Key.GroupResource == resource && (ns.Length == 0 || cached.Stored.Key.Namespace == ns);

    private sealed class Subscription(Func<ChangeEvent, bool> wanted, Func<Revision> told) : IWatchSubscription
    {
        public Revision? Told => told();

        private readonly Channel<ChangeEvent> channel = Channel.CreateUnbounded<ChangeEvent>();

        public ChannelReader<ChangeEvent> Changes => channel.Reader;

        public void Offer(ChangeEvent change)
        {
            if (wanted(change))
            {
                channel.Writer.TryWrite(change);
            }
        }

        public void Dispose() => channel.Writer.TryComplete();
    }
}
