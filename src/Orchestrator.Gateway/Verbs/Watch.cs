using System.Threading.Channels;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Gateway.Reads;
using Orchestrator.Gateway.Requests;
using Orchestrator.Store.Cache;

namespace Orchestrator.Gateway.Verbs;

/// <summary>Follows a collection: the state (when asked for), then every change, with bookmarks in between.</summary>
/// <remarks>Upstream: apiserver/pkg/storage/cacher and endpoints/handlers/watch.go.</remarks>
internal static class Watch
{
    /// <summary>A last bookmark comes this long before the timeout, so that the client can go on from there. Upstream: two seconds.</summary>
    private static readonly TimeSpan LastBookmarkLead = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>Answers with the stream.</summary>
    public static async Task AnswerAsync(GatewayServices gateway, ApiRequest request)
    {
        var (watch, fault) = WatchRequest.Read(gateway, request);
        var (selection, selectorFault) = Selection.Read(request);
        var wrong = fault ?? selectorFault ?? await Freshness.ReachAsync(gateway, watch!.Revision, request.Aborted);
        if (wrong is not null)
        {
            await AnswerWriter.FailAsync(request.Http, wrong);
            return;
        }

        var snapshot = watch!.BeginsWithState ? gateway.Cache.Snapshot(request.Kind.StorageResource, request.Namespace) : null;
        var after = snapshot?.Revision ?? (watch.Revision is { Value: > 0 } given ? given : gateway.Cache.Revision);
        using var subscription = gateway.Cache.Watch(request.Kind.StorageResource, request.Namespace, after);
        var stream = await WatchStream.OpenAsync(request);
        if (subscription is null)
        {
            await stream.WriteAsync(WatchFrames.Error(Statuses.TooOldResourceVersion(after.Value, gateway.Cache.Revision.Value)));
        }
        else
        {
            using var follower = new Follower(gateway, request, watch, selection!, stream, subscription);
            await follower.RunAsync(snapshot);
        }

        await stream.FlushAsync();
        await stream.CloseAsync();
    }

    private sealed class Follower(
        GatewayServices gateway, ApiRequest request, WatchRequest watch, Selection selection, WatchStream stream, IWatchSubscription subscription) : IDisposable
    {
        private readonly ChannelReader<ChangeEvent> changes = subscription.Changes;
        private readonly WatchFrames frames = WatchFrames.For(request, gateway.Clock);
        private readonly DateTimeOffset end = gateway.Clock.GetUtcNow() + watch.Timeout;

        // A watch shorter than the lead has no last bookmark of its own.
        private bool lastBookmarkSent = watch.Timeout <= LastBookmarkLead;
        private bool hasFailed;

        /// <summary>The last change that was looked at, sent or not.</summary>
        private Revision looked;

        /// <summary>Ends a wait at its time, or when the client or the silo goes. It is kept from one wait to the next, for most of them end at the same time.</summary>
        private Alarm? alarm;

        public void Dispose() => alarm?.Dispose();

        public async Task RunAsync(ListSnapshot? snapshot)
        {
            if (snapshot is not null)
            {
                await SendStateAsync(snapshot);
            }

            try
            {
                await FollowAsync();
            }
            catch (WatchOverflowException)
            {
                await stream.WriteAsync(WatchFrames.Error(Statuses.Expired("The resourceVersion for the provided watch is too old.")));
            }
        }

        private async Task SendStateAsync(ListSnapshot snapshot)
        {
            if (!await PrepareAsync(snapshot.Objects.Where(selection.Matches).Select(cached => cached.Stored.Document)))
            {
                return;
            }

            foreach (var cached in snapshot.Objects)
            {
                if (selection.Matches(cached))
                {
                    await stream.WriteAsync(frames.Initial(cached));
                }
            }

            if (watch is { InitialEvents: true, Bookmarks: true })
            {
                await stream.WriteAsync(frames.Bookmark(snapshot.Revision, endsInitialEvents: true));
            }

            await stream.FlushAsync();
        }

        private async Task FollowAsync()
        {
            var nextBookmark = gateway.Clock.GetUtcNow() + gateway.Options.BookmarkInterval;
            while (true)
            {
                var now = gateway.Clock.GetUtcNow();
                if (now >= end || hasFailed || gateway.Stopping.IsCancellationRequested)
                {
                    return;
                }

                var wake = WakeTime(nextBookmark);
                if (!await WaitForChangeAsync(wake, now))
                {
                    if (changes.Completion.IsCompleted)
                    {
                        await changes.Completion;
                        return;
                    }

                    nextBookmark = await BookmarkAsync(nextBookmark);
                    continue;
                }

                var round = await gateway.Pace.RestAsync(subscription.Peers);
                await SendWaitingAsync();
                round?.Sent();
            }
        }

        /// <summary>When to look up even if nothing changes: the next bookmark, the last one, or the end.</summary>
        private DateTimeOffset WakeTime(DateTimeOffset nextBookmark)
        {
            if (!watch.Bookmarks)
            {
                return end;
            }

            var last = lastBookmarkSent ? end : end - LastBookmarkLead;
            return nextBookmark < last ? nextBookmark : last;
        }

        private async ValueTask<bool> WaitForChangeAsync(DateTimeOffset wake, DateTimeOffset now)
        {
            if (wake <= now)
            {
                return false;
            }

            if (alarm is null || alarm.At != wake || alarm.Token.IsCancellationRequested)
            {
                alarm?.Dispose();

                // A timer reaches seven weeks, a client may ask for years: then it is looked up in between.
                alarm = new Alarm(wake, wake - now < LongestWait ? wake - now : LongestWait, gateway, request.Aborted);
            }

            try
            {
                return await changes.WaitToReadAsync(alarm.Token);
            }
            catch (OperationCanceledException) when (!request.Aborted.IsCancellationRequested)
            {
                // It is time for something else, or the silo stops.
                return false;
            }
        }

        private async Task SendWaitingAsync()
        {
            while (changes.TryRead(out var change))
            {
                looked = change.Revision;
                if (request.Kind.Custom is not null
                    && !await PrepareAsync(change.Previous is { } before ? [change.Object.Stored.Document, before.Stored.Document] : [change.Object.Stored.Document]))
                {
                    return;
                }

                if (frames.Of(change, selection) is { } frame)
                {
                    await stream.WriteAsync(frame);
                }
            }

            await stream.FlushAsync();
        }

        /// <summary>Has objects converted that a webhook must convert; false, and the stream ends, when it cannot.</summary>
        private async ValueTask<bool> PrepareAsync(IEnumerable<ReadOnlyMemory<byte>> documents)
        {
            if (request.Kind.Custom is null || await VersionView.PrepareAsync(gateway, request.Kind, documents, request.Aborted) is not { } failure)
            {
                return true;
            }

            await stream.WriteAsync(WatchFrames.Error(failure));
            hasFailed = true;
            return false;
        }

        private async Task<DateTimeOffset> BookmarkAsync(DateTimeOffset nextBookmark)
        {
            var now = gateway.Clock.GetUtcNow();
            var isLast = !lastBookmarkSent && now >= end - LastBookmarkLead;

            // A timer may wake a moment early: then it is waited for what is left.
            if (!watch.Bookmarks || now >= end || (!isLast && now < nextBookmark))
            {
                return nextBookmark;
            }

            lastBookmarkSent |= isLast;

            // Taken before the queue is emptied: whatever is at most this old has then been sent. Not the cache's revision, which a watcher that
            // is still being filled from the log, or whose share of the newest changes is on its way, has not reached.
            var told = subscription.Told;
            await SendWaitingAsync();
            if (told is { } revision)
            {
                // What was looked at since is newer, and a bookmark must not go back.
                await stream.WriteAsync(frames.Bookmark(revision < looked ? looked : revision, endsInitialEvents: false));
                await stream.FlushAsync();
            }

            return now >= nextBookmark ? now + gateway.Options.BookmarkInterval : nextBookmark;
        }
    }

    /// <summary>Cancelled at a time, or when the client leaves or the silo stops.</summary>
    private sealed class Alarm : IDisposable
    {
        private readonly CancellationTokenSource timeout;
        private readonly CancellationTokenSource either;

        public Alarm(DateTimeOffset at, TimeSpan within, GatewayServices gateway, CancellationToken aborted)
        {
            At = at;
            timeout = new CancellationTokenSource(within, gateway.Clock);
            either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, aborted, gateway.Stopping);
        }

        public DateTimeOffset At { get; }

        public CancellationToken Token => either.Token;

        public void Dispose()
        {
            either.Dispose();
            timeout.Dispose();
        }
    }
}
