using System.Threading.Channels;

namespace Orchestrator.Store.Commits;

/// <summary>The writes that wait, and which of them may go together.</summary>
internal sealed class CommitQueue
{
    private readonly Channel<PendingWrite> arrivals = Channel.CreateUnbounded<PendingWrite>(new UnboundedChannelOptions { SingleReader = true });
    private readonly StoreOptions options;

    /// <summary>Writes that were taken from the channel but had to wait for the batch before them. Touched by the commit loop alone.</summary>
    private Queue<PendingWrite> held = new();

    private int waiting;

    public CommitQueue(StoreOptions options) => this.options = options;

    /// <summary>How many writes wait.</summary>
    public int Count => Volatile.Read(ref waiting);

    /// <summary>Adds a write.</summary>
    /// <returns>False when the bound of <see cref="StoreOptions.CommitQueueLimit"/> is reached or the queue is closed.</returns>
    public bool TryAdd(PendingWrite write)
    {
        if (Interlocked.Increment(ref waiting) <= options.CommitQueueLimit && arrivals.Writer.TryWrite(write))
        {
            return true;
        }

        Interlocked.Decrement(ref waiting);
        return false;
    }

    /// <summary>Takes no more writes.</summary>
    public void Close() => arrivals.Writer.TryComplete();

    /// <summary>Waits until a write is there.</summary>
    /// <returns>False when the queue is closed and empty.</returns>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken) =>
        held.Count > 0 || await arrivals.Reader.WaitToReadAsync(cancellationToken);

    /// <summary>Takes the writes of the next commit, in the order of their arrival.</summary>
    /// <remarks>
    /// At most one write per key (companions' keys included), because within one statement the second would not see the first. A write that requires a namespace
    /// which the same batch writes waits too: it must see the namespace as that batch leaves it.
    /// </remarks>
    public List<PendingWrite> Take()
    {
        var batch = new List<PendingWrite>();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var (rows, bytes) = (0, 0L);
        var before = held;
        held = new Queue<PendingWrite>();
        var full = false;
        while (!full && (before.TryDequeue(out var write) || arrivals.Reader.TryRead(out write)))
        {
            if (write.Abandoned.IsCancellationRequested)
            {
                Interlocked.Decrement(ref waiting);
            }
            else
            {
                // Every key counts as taken from here on, also of a held write: nothing that comes after may overtake it.
                var isFree = keys.Add(write.Key);
                foreach (var companion in write.Companions)
                {
                    isFree &= keys.Add(companion.Key);
                }

                if (isFree && !(write.NamespaceKey is { } ns && keys.Contains(ns)))
                {
                    batch.Add(write);
                    rows += 1 + write.Companions.Count;
                    bytes += write.Bytes;
                    full = rows >= options.CommitBatchRows || bytes >= options.CommitBatchBytes;
                }
                else
                {
                    held.Enqueue(write);
                }
            }
        }

        while (before.TryDequeue(out var write))
        {
            held.Enqueue(write);
        }

        Interlocked.Add(ref waiting, -batch.Count);
        return batch;
    }

    /// <summary>Answers held writes whose race is already lost, so that many writers of one key do not need a commit each.</summary>
    /// <param name="current">What the batch found out about its keys: the object as it now stands, or null when it is gone.</param>
    public void AnswerLost(IReadOnlyDictionary<string, Api.Machinery.StoredObject?> current)
    {
        for (var left = held.Count; left > 0; left--)
        {
            var write = held.Dequeue();
            if (current.TryGetValue(write.Key, out var stands) && (stands?.Revision ?? default) != write.Request.Expected)
            {
                Interlocked.Decrement(ref waiting);
                write.Complete(new CommitOutcome.Conflict(stands));
            }
            else if (LostCompanions(write, current) is { Count: > 0 } lost)
            {
                Interlocked.Decrement(ref waiting);
                write.Complete(new CommitOutcome.CompanionConflict(lost));
            }
            else
            {
                held.Enqueue(write);
            }
        }
    }

    private static Dictionary<Api.Identity.ObjectKey, Api.Machinery.StoredObject?> LostCompanions(
        PendingWrite write, IReadOnlyDictionary<string, Api.Machinery.StoredObject?> current)
    {
        var lost = new Dictionary<Api.Identity.ObjectKey, Api.Machinery.StoredObject?>();
        foreach (var companion in write.Companions)
        {
            if (current.TryGetValue(companion.Key, out var stands) && (stands?.Revision ?? default) != companion.Expected)
            {
                lost.Add(companion.ObjectKey, stands);
            }
        }

        return lost;
    }

    /// <summary>Fails all that wait.</summary>
    public void FailAll(Func<Exception> cause)
    {
        while (held.TryDequeue(out var write) || arrivals.Reader.TryRead(out write))
        {
            Interlocked.Decrement(ref waiting);
            write.Fail(cause());
        }
    }
}
