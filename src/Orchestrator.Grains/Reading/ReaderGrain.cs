using System.Runtime.CompilerServices;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Grains.Objects;
using Orchestrator.Store.Cache;

namespace Orchestrator.Grains.Reading;

/// <summary>Serves reads and watches to C# clients from this silo's watch cache.</summary>
[GrainType("reader")]
internal sealed class ReaderGrain(IWatchCache cache, TimeProvider clock) : Grain, IReaderGrain
{
    /// <summary>The most objects in one page, whatever is asked for: a page is one message.</summary>
    private const int PageLimit = 500;

    /// <summary>How long a watch is quiet before it says how far it has come, so that one that is resumed later does not start at a revision long compacted.</summary>
    private static readonly TimeSpan BookmarkPeriod = TimeSpan.FromSeconds(30);

    /// <inheritdoc />
    public async Task<ObjectReply?> GetAsync(string key, CancellationToken cancellationToken)
    {
        await cache.ReachCurrentAsync(cancellationToken);
        return cache.Get(ObjectKey.Parse(key)) is { } stored ? Reply(stored) : null;
    }

    /// <inheritdoc />
    public async Task<ReaderPage> ListAsync(ReaderQuery query, string after, int limit, CancellationToken cancellationToken)
    {
        var selection = ReaderSelection.Of(query);
        await cache.ReachCurrentAsync(cancellationToken);
        var snapshot = cache.Snapshot(new GroupResource(query.Group, query.Resource), query.Namespace);
        var size = Math.Clamp(limit, 1, PageLimit);
        var page = snapshot.Objects
            .Where(item => string.CompareOrdinal(item.Stored.Key.ToString(), after) > 0 && selection.Matches(item))
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
    public async IAsyncEnumerable<ReaderChange> WatchAsync(ReaderQuery query, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var selection = ReaderSelection.Of(query);
        await cache.WaitForAsync(new Revision(after), cancellationToken);
        using var subscription = cache.Watch(new GroupResource(query.Group, query.Resource), query.Namespace, new Revision(after));
        var (reached, quietAt) = (after, cache.Revision.Value);
        while (subscription is not null)
        {
            var isOpen = await IsOpenAsync(subscription, cancellationToken);
            if (isOpen == false)
            {
                break;
            }

            if (isOpen is null && quietAt > reached)
            {
                // As of the last quiet period: what had been committed then has long been handed out.
                reached = quietAt;
                yield return new ReaderChange { Type = "BOOKMARK", Revision = reached };
            }

            quietAt = cache.Revision.Value;
            while (subscription.Changes.TryRead(out var change))
            {
                reached = change.Revision.Value;
                if (selection.TypeOf(change) is { } type)
                {
                    yield return new ReaderChange { Type = type, Object = Reply(change.Object.Stored), Revision = reached };
                }
            }
        }

        yield return new ReaderChange { IsExpired = true };
    }

    /// <summary>True: there is something to read; false: the subscription was ended; null: a quiet period is over.</summary>
    private async Task<bool?> IsOpenAsync(IWatchSubscription subscription, CancellationToken cancellationToken)
    {
        using var quiet = new CancellationTokenSource(BookmarkPeriod, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, quiet.Token);
        try
        {
            return await subscription.Changes.WaitToReadAsync(limit.Token);
        }
        catch (WatchOverflowException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private static ObjectReply Reply(StoredObject stored) => new() { Revision = stored.Revision.Value, Document = stored.Document.ToArray() };
}
