using Orleans.Providers.Streams.Common;
using Orleans.Streams;

namespace Orchestrator.Grains.Streams;

/// <summary>Hands one Orleans queue what the router has sorted for it; waits for the feed instead of asking on a timer.</summary>
internal sealed class ChangeQueueReceiver(ShardRouter router, IReadOnlyList<StreamId> streams) : IQueueAdapterReceiver
{
    /// <summary>The longest wait for a change: between waits Orleans trims its cache and can shut the receiver down.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private ShardQueue? queue;
    private long lastRevision;
    private int indexInRevision;

    /// <inheritdoc />
    public Task Initialize(TimeSpan timeout)
    {
        queue = router.Open(streams);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    [Obsolete("Orleans calls the form with a cancellation token.")]
    public Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount) => GetQueueMessagesAsync(maxCount, CancellationToken.None);

    /// <inheritdoc />
    public async Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount, CancellationToken cancellationToken)
    {
        var waiting = (queue ?? throw new InvalidOperationException("the receiver is not initialised")).Waiting;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(LongestWait);

        // Nothing has come, or the queue leaves this silo: to Orleans either is an empty read; an exception would be logged as a fault, and
        // is too dear for what happens each second on an idle cluster.
        var read = waiting.WaitToReadAsync(limit.Token).AsTask();
        await ((Task)read).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (!read.IsCompletedSuccessfully || !await read)
        {
            return [];
        }

        var batches = new List<IBatchContainer>();
        while ((maxCount < 0 || batches.Count < maxCount) && waiting.TryRead(out var next))
        {
            batches.Add(new ShardBatch { StreamId = next.Stream, Token = NextToken(next.Events.To), Events = next.Events });
        }

        return batches;
    }

    /// <inheritdoc />
    /// <remarks>Nothing to acknowledge: the log stays where it is and a shard notices what it missed.</remarks>
    public Task MessagesDeliveredAsync(IList<IBatchContainer> messages) => Task.CompletedTask;

    /// <inheritdoc />
    public Task Shutdown(TimeSpan timeout)
    {
        if (queue is { } open)
        {
            router.Close(open);
        }

        return Task.CompletedTask;
    }

    /// <summary>Orleans wants tokens of one queue to rise strictly; several shards share a revision.</summary>
    private EventSequenceTokenV2 NextToken(long revision)
    {
        indexInRevision = revision > lastRevision ? 0 : indexInRevision + 1;
        lastRevision = Math.Max(revision, lastRevision);
        return new EventSequenceTokenV2(lastRevision, indexInRevision);
    }
}
