using System.Text.Json.Nodes;
using System.Threading.Channels;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Store.Cache;

namespace Orchestrator.Grains.Tests.Fakes;

/// <summary>A watch cache that follows a <see cref="FakeObjectStore"/> at once.</summary>
public sealed class FakeWatchCache : IWatchCache
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, CachedObject> objects = new(StringComparer.Ordinal);
    private readonly List<Subscription> subscriptions = [];
    private Revision revision;

    public FakeWatchCache(FakeObjectStore store) => store.Changed += Follow;

    public Revision Revision
    {
        get
        {
            lock (gate)
            {
                return revision;
            }
        }
    }

    public bool IsReady => true;

    public Task WaitForAsync(Revision revision, CancellationToken cancellationToken) =>
        Revision >= revision
            ? Task.CompletedTask
            : throw new InvalidOperationException($"revision {revision} was never written; the cache is at {Revision}");

    public Task<Revision> ReachCurrentAsync(CancellationToken cancellationToken) => Task.FromResult(Revision);

    public CachedObject? Find(ObjectKey key)
    {
        lock (gate)
        {
            return objects.GetValueOrDefault(key.ToString());
        }
    }

    public StoredObject? Get(ObjectKey key) => Find(key)?.Stored;

    public ListSnapshot Snapshot(GroupResource resource, string ns)
    {
        lock (gate)
        {
            return new ListSnapshot(revision, [.. objects.Values.Where(item =>
                item.Stored.Key.GroupResource == resource && (ns.Length == 0 || item.Stored.Key.Namespace == ns))]);
        }
    }

    public IReadOnlyList<StoredObject> List(GroupResource resource, string ns = "") =>
        [.. Snapshot(resource, ns).Objects.Select(item => item.Stored)];

    public IReadOnlyList<StoredObject> OwnedBy(GroupResource resource, string ownerUid) =>
        [.. Snapshot(resource, "").Objects.Where(item => item.OwnerUids.Contains(ownerUid)).Select(item => item.Stored)];

    public IWatchSubscription? Watch(GroupResource resource, string ns, Revision after) => Add(change =>
        change.Object.Stored.Key.GroupResource == resource && (ns.Length == 0 || change.Object.Stored.Key.Namespace == ns));

    public IWatchSubscription WatchAll() => Add(_ => true);

    private Subscription Add(Func<ChangeEvent, bool> isWanted)
    {
        lock (gate)
        {
            var subscription = new Subscription(isWanted);
            subscriptions.Add(subscription);
            return subscription;
        }
    }

    private static CachedObject Cached(StoredObject stored)
    {
        var metadata = JsonNode.Parse(stored.Document.Span)!["metadata"];
        return new CachedObject
        {
            Stored = stored,
            Uid = (string?)metadata?["uid"] ?? "",
            Labels = metadata?["labels"]?.AsObject().ToDictionary(label => label.Key, label => (string?)label.Value ?? "")
                ?? [],
            OwnerUids = [.. metadata?["ownerReferences"]?.AsArray().Select(owner => (string?)owner!["uid"] ?? "") ?? []],
            Field = path => path.Split('.').Aggregate(
                JsonNode.Parse(stored.Document.Span), (node, name) => node?[name])?.ToString(),
        };
    }

    private void Follow(StoredObject? before, StoredObject after, bool isRemoved)
    {
        lock (gate)
        {
            revision = after.Revision;
            var key = after.Key.ToString();
            var previous = objects.GetValueOrDefault(key);
            var cached = Cached(after);
            var type = isRemoved ? ChangeType.Deleted : previous is null ? ChangeType.Added : ChangeType.Modified;
            if (isRemoved)
            {
                objects.Remove(key);
            }
            else
            {
                objects[key] = cached;
            }

            var change = new ChangeEvent(type, revision, cached, previous);
            subscriptions.ForEach(subscription => subscription.Offer(change));
        }
    }

    private sealed class Subscription(Func<ChangeEvent, bool> isWanted) : IWatchSubscription
    {
        private readonly Channel<ChangeEvent> changes = Channel.CreateUnbounded<ChangeEvent>();

        public ChannelReader<ChangeEvent> Changes => changes.Reader;

        public void Offer(ChangeEvent change)
        {
            if (isWanted(change))
            {
                changes.Writer.TryWrite(change);
            }
        }

        public void Dispose() => changes.Writer.TryComplete();
    }
}
