using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace Orchestrator.Store.Feed;

/// <summary>Hands what this silo's committer has committed to its change feed, which need not read it back from the log then.</summary>
/// <remarks>
/// A short cut and nothing more: the log is the truth. What is not handed over, because too much waits or because nobody knows what became of the commit, is
/// read there, and so is everything from a batch on that does not follow the feed's position, which means that another silo has written before it.
/// </remarks>
internal sealed class OwnCommits
{
    /// <summary>Batches that may wait for the feed, each of at most a commit's bytes. Further ones are read from the log.</summary>
    private const int Limit = 16;

    private readonly Channel<CommittedBatch> batches = Channel.CreateBounded<CommittedBatch>(new BoundedChannelOptions(Limit) { SingleReader = true, SingleWriter = true });
    private volatile TaskCompletionSource? underWay;

    /// <summary>Ends when there is a batch to take.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => batches.Reader.WaitToReadAsync(cancellationToken).AsTask();

    /// <summary>Ends when the commit that is under way, if there is one, has been answered and handed over.</summary>
    public Task Settled => underWay?.Task ?? Task.CompletedTask;

    /// <summary>A commit is about to be sent.</summary>
    public void Begin() => underWay = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The commit was answered.</summary>
    /// <param name="batch">What is durable now; null when that is not known.</param>
    public void End(CommittedBatch? batch)
    {
        if (batch is { Changes.Count: > 0 })
        {
            batches.Writer.TryWrite(batch);
        }

        var ended = underWay;
        underWay = null;
        ended?.SetResult();
    }

    /// <summary>Takes the next batch.</summary>
    public bool TryTake([NotNullWhen(true)] out CommittedBatch? batch) => batches.Reader.TryRead(out batch);
}
