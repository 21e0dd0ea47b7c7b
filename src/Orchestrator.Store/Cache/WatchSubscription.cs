using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Orchestrator.Api.Identity;

namespace Orchestrator.Store.Cache;

/// <summary>One watcher: what of the stream it wants, and a bounded buffer of what it has not read yet.</summary>
internal sealed class WatchSubscription : IWatchSubscription
{
    private readonly Channel<ChangeEvent> channel =
        Channel.CreateUnbounded<ChangeEvent>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private readonly WatchCache cache;
    private readonly StoreOptions options;
    private readonly CancellationTokenSource ended = new();
    private int waitingFrames;
    private long waitingBytes;

    /// <summary>All that follow the same; null until this one has joined them.</summary>
    private volatile List<WatchSubscription>? peers;

    /// <summary>How far a replay has come; negative from the moment at which the watcher follows with the others.</summary>
    private long replayed;

    public WatchSubscription(WatchCache cache, StoreOptions options, GroupResource resource, string ns, Revision after)
    {
        this.cache = cache;
        this.options = options;
        Resource = resource;
        Namespace = ns;
        After = after;
        replayed = after.Value;
        Changes = new CountingReader(this);
    }

    /// <inheritdoc />
    public ChannelReader<ChangeEvent> Changes { get; }

    /// <inheritdoc />
    public Revision? Told
    {
        get
        {
            // In this order: a change that was too much for the watcher ends its stream before the cache counts the change as published.
            var own = Volatile.Read(ref replayed);
            var told = own < 0 ? cache.Published : new Revision(own);
            return ended.IsCancellationRequested ? null : told;
        }
    }

    /// <inheritdoc />
    /// <remarks>Read without the cache's lock: a number that is a moment old does as well.</remarks>
    public int Peers => Math.Max(1, peers?.Count ?? 1);

    /// <summary>The resource watched.</summary>
    public GroupResource Resource { get; }

    /// <summary>The namespace watched; empty for all.</summary>
    public string Namespace { get; }

    /// <summary>Only later changes are wanted.</summary>
    public Revision After { get; }

    /// <summary>Cancelled when the watcher leaves or is cut off.</summary>
    public CancellationToken Ended => ended.Token;

    /// <summary>True when the watcher has room for another change.</summary>
    public bool HasRoom => Volatile.Read(ref waitingFrames) < options.WatchBufferFrames && Volatile.Read(ref waitingBytes) < options.WatchBufferBytes;

    /// <summary>True when the subscription wants the change of an object.</summary>
    public bool Wants(ChangeEvent change) =>
        change.Revision > After
        && change.Object.Stored.Key is var key
        && key.GroupResource == Resource
        && (Namespace.Length == 0 || key.Namespace == Namespace);

    /// <summary>Every wanted change up to a revision has been offered out of the log.</summary>
    public void Replayed(Revision revision) => Volatile.Write(ref replayed, revision.Value);

    /// <summary>From now on the cache offers every change. The caller holds the cache's lock.</summary>
    /// <param name="others">All that follow the same, this one among them.</param>
    public void Joined(List<WatchSubscription> others)
    {
        peers = others;
        Volatile.Write(ref replayed, -1);
    }

    /// <summary>Puts a change into the buffer.</summary>
    /// <returns>False when the watcher is too slow: its stream has been ended.</returns>
    public bool Offer(ChangeEvent change)
    {
        // Counted before it can be read, so that the reader's subtraction never comes first.
        var frames = Interlocked.Increment(ref waitingFrames);
        var bytes = Interlocked.Add(ref waitingBytes, change.Object.Stored.Document.Length);
        var fits = frames <= options.WatchBufferFrames && (bytes <= options.WatchBufferBytes || frames == 1);
        if (fits && channel.Writer.TryWrite(change))
        {
            return true;
        }

        Overflow();
        return false;
    }

    /// <summary>Ends the stream: the watcher must list again.</summary>
    public void Overflow()
    {
        if (channel.Writer.TryComplete(new WatchOverflowException()))
        {
            ended.Cancel();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        cache.Leave(this);
        channel.Writer.TryComplete();
        ended.Cancel();
    }

    private void Taken(ChangeEvent change)
    {
        Interlocked.Decrement(ref waitingFrames);
        Interlocked.Add(ref waitingBytes, -change.Object.Stored.Document.Length);
    }

    /// <summary>The channel's reader, which keeps count of what was taken.</summary>
    private sealed class CountingReader(WatchSubscription subscription) : ChannelReader<ChangeEvent>
    {
        private readonly ChannelReader<ChangeEvent> inner = subscription.channel.Reader;

        public override Task Completion => inner.Completion;

        public override bool CanCount => inner.CanCount;

        public override int Count => inner.Count;

        public override bool TryRead([MaybeNullWhen(false)] out ChangeEvent item)
        {
            if (!inner.TryRead(out item))
            {
                return false;
            }

            subscription.Taken(item);
            return true;
        }

        public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) => inner.WaitToReadAsync(cancellationToken);
    }
}
