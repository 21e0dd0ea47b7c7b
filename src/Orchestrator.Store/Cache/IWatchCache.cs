using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;

namespace Orchestrator.Store.Cache;

/// <summary>Every object of the cluster in this silo's memory, following the change log. Serves GET, LIST and WATCH without a grain.</summary>
public interface IWatchCache : IClusterView
{
    /// <summary>The revision that the cache has reached.</summary>
    Revision Revision { get; }

    /// <summary>True once the cache has been filled from the store.</summary>
    bool IsReady { get; }

    /// <summary>Waits until the cache has reached a revision.</summary>
    Task WaitForAsync(Revision revision, CancellationToken cancellationToken);

    /// <summary>Asks the store for the current revision and waits until the cache has it: after this, reads are fresh.</summary>
    /// <exception cref="Commits.StoreUnavailableException">The database does not answer.</exception>
    Task<Revision> ReachCurrentAsync(CancellationToken cancellationToken);

    /// <summary>The parsed header of a cached object: what selectors, garbage collection and Events need without parsing the document.</summary>
    CachedObject? Find(ObjectKey key);

    /// <summary>The objects of a resource (of one namespace, or of all with an empty one) and the revision at which that was all of them.</summary>
    ListSnapshot Snapshot(GroupResource resource, string ns);

    /// <summary>Differs from what it was whenever the objects of a resource may have changed: by it readers keep what they made from all of them.</summary>
    object Token(GroupResource resource) => Revision;

    /// <summary>Follows a resource from just after a revision.</summary>
    /// <returns>The subscription, or null when that revision is no longer retained (answer 410 Expired).</returns>
    IWatchSubscription? Watch(GroupResource resource, string ns, Revision after);
}

/// <summary>A list at one revision.</summary>
/// <param name="Revision">The revision.</param>
/// <param name="Objects">In the order of their keys.</param>
public sealed record ListSnapshot(Revision Revision, IReadOnlyList<CachedObject> Objects);

/// <summary>A cached object: its document and the small header that was parsed from it once.</summary>
public sealed class CachedObject
{
    /// <summary>Key, revision and document.</summary>
    public required StoredObject Stored { get; init; }

    /// <summary>metadata.uid.</summary>
    public required string Uid { get; init; }

    /// <summary>metadata.labels.</summary>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>metadata.ownerReferences[].uid.</summary>
    public required IReadOnlyList<string> OwnerUids { get; init; }

    /// <summary>The values of the kind's selectable fields, by path, as in <c>spec.nodeName</c>, empty when absent; parsed when first asked for.</summary>
    public required Func<string, string?> Field { get; init; }

    /// <summary>What one reader parsed from the document, kept for the next (typed views of controllers, table rows).</summary>
    public object? View { get; set; }
}

/// <summary>One change of one object.</summary>
/// <param name="Type">What happened to the object.</param>
/// <param name="Revision">The revision of the change.</param>
/// <param name="Object">The object after the change; of a removal its last state, with the removal's resourceVersion.</param>
/// <param name="Previous">The object before the change; null for a new one.</param>
public sealed record ChangeEvent(ChangeType Type, Revision Revision, CachedObject Object, CachedObject? Previous)
{
    private System.Collections.Concurrent.ConcurrentDictionary<string, ReadOnlyMemory<byte>>? frames;

    /// <summary>The encoded watch frames of this change by media form, filled by the first watcher and shared by the rest.</summary>
    /// <remarks>Made when first asked for: most changes of a busy cluster are watched by nobody.</remarks>
    public System.Collections.Concurrent.ConcurrentDictionary<string, ReadOnlyMemory<byte>> Frames =>
        LazyInitializer.EnsureInitialized(ref frames, () => new(concurrencyLevel: 1, capacity: 3, StringComparer.Ordinal));
}

/// <summary>What happened to an object.</summary>
public enum ChangeType
{
    /// <summary>It is new.</summary>
    Added,

    /// <summary>It changed.</summary>
    Modified,

    /// <summary>It is gone.</summary>
    Deleted,
}

/// <summary>A watcher's place in the stream of changes. Ends, when it is too slow, alone.</summary>
public interface IWatchSubscription : IDisposable
{
    /// <summary>The changes in order. The channel completes with <see cref="WatchOverflowException"/> when the watcher fell too far behind.</summary>
    System.Threading.Channels.ChannelReader<ChangeEvent> Changes { get; }

    /// <summary>
    /// A revision up to which every wanted change has been put into <see cref="Changes"/>: what a bookmark may say once they have been read.
    /// Null when the stream has ended, or when its source cannot say.
    /// </summary>
    Revision? Told => null;

    /// <summary>How many follow the same resource in the same namespace, this one included.</summary>
    int Peers => 1;
}

/// <summary>The watcher did not read fast enough: 1,000 frames or 4 MiB wait. It must list again (410).</summary>
public sealed class WatchOverflowException : Exception
{
    /// <summary>Creates the exception.</summary>
    public WatchOverflowException()
        : base("the watcher fell too far behind")
    {
    }
}
