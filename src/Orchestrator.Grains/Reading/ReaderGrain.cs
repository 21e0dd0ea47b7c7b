using System.Runtime.CompilerServices;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Grains.Objects;
using Orchestrator.Store.Cache;

namespace Orchestrator.Grains.Reading;

/// <summary>Serves lists and watches to C# clients from this silo's watch cache.</summary>
[GrainType("reader")]
internal sealed class ReaderGrain(IWatchCache cache) : Grain, IReaderGrain
{
    /// <summary>The most objects in one page, whatever is asked for: a page is one message.</summary>
    private const int PageLimit = 500;

    /// <inheritdoc />
    public async Task<ReaderPage> ListAsync(
        string group, string resource, string ns, string after, int limit, CancellationToken cancellationToken)
    {
        await cache.ReachCurrentAsync(cancellationToken);
        var snapshot = cache.Snapshot(new GroupResource(group, resource), ns);
        var size = Math.Clamp(limit, 1, PageLimit);
        var page = snapshot.Objects
            .Where(item => string.CompareOrdinal(item.Stored.Key.ToString(), after) > 0)
            .OrderBy(item => item.Stored.Key.ToString(), StringComparer.Ordinal)
            .Take(size + 1)
            .Select(item => item.Stored)
            .ToList();
        return new ReaderPage
        {
            Revision = snapshot.Revision.Value,
            Objects = [.. page.Take(size).Select(Reply)],
            Next = page.Count > size ? page[size - 1].Key.ToString() : "",
        };
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<ReaderChange> WatchAsync(
        string group, string resource, string ns, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await cache.WaitForAsync(new Revision(after), cancellationToken);
        using var subscription = cache.Watch(new GroupResource(group, resource), ns, new Revision(after));
        while (subscription is not null && await IsOpenAsync(subscription, cancellationToken))
        {
            while (subscription.Changes.TryRead(out var change))
            {
                yield return new ReaderChange { Type = change.Type.ToString().ToUpperInvariant(), Object = Reply(change.Object.Stored) };
            }
        }

        yield return new ReaderChange { IsExpired = true };
    }

    private static async Task<bool> IsOpenAsync(IWatchSubscription subscription, CancellationToken cancellationToken)
    {
        try
        {
            return await subscription.Changes.WaitToReadAsync(cancellationToken);
        }
        catch (WatchOverflowException)
        {
            return false;
        }
    }

    private static ObjectReply Reply(StoredObject stored) => new() { Revision = stored.Revision.Value, Document = stored.Document.ToArray() };
}
