using System.Collections.Concurrent;
using Orchestrator.Api.Identity;
using Orchestrator.Store.Cache;

namespace Orchestrator.Gateway.Reads;

/// <summary>Keeps the lists that clients are paging through, so that all pages show one revision. The objects in them are shared with the cache.</summary>
/// <remarks>Bounds: 256 lists for five minutes each (upstream's compaction interval). A page of a list that is no longer kept, or was begun at another silo,
/// is answered 410 with a token that goes on in the current state, as upstream answers after compaction.</remarks>
internal sealed class PagedSnapshots(TimeProvider clock)
{
    private const int MaxLists = 256;
    private static readonly TimeSpan Retention = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<ListKey, Kept> kept = new();

    /// <summary>Keeps a list whose first page was just sent.</summary>
    public void Keep(GroupResource resource, string ns, ListSnapshot snapshot)
    {
        var now = clock.GetUtcNow();
        if (kept.Count >= MaxLists)
        {
            DropOld(now);
        }

        if (kept.Count < MaxLists)
        {
            kept[new ListKey(resource, ns, snapshot.Revision)] = new Kept(snapshot, now);
        }
    }

    /// <summary>The list as it was at a revision, or null when it is no longer kept.</summary>
    public ListSnapshot? Find(GroupResource resource, string ns, Revision revision) =>
        kept.TryGetValue(new ListKey(resource, ns, revision), out var found) && clock.GetUtcNow() - found.Since < Retention ? found.Snapshot : null;

    private void DropOld(DateTimeOffset now)
    {
        foreach (var (key, value) in kept)
        {
            if (now - value.Since >= Retention)
            {
                kept.TryRemove(key, out _);
            }
        }
    }

    private readonly record struct ListKey(GroupResource Resource, string Namespace, Revision Revision);

    private sealed record Kept(ListSnapshot Snapshot, DateTimeOffset Since);
}
