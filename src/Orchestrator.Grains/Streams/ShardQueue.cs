using System.Threading.Channels;
using Orchestrator.Api.Identity;

namespace Orchestrator.Grains.Streams;

/// <summary>What waits in this silo for one Orleans queue's receiver. Remembers per shard up to where it was told, so that each delivery says what it covers.</summary>
internal sealed class ShardQueue
{
    /// <summary>Deliveries that may wait. When more come, all are dropped and every shard of the queue is told to look at everything.</summary>
    internal const int Capacity = 1_000;

    private readonly Lock gate = new();
    private readonly Dictionary<StreamId, long> toldUpTo;
    private readonly Channel<(StreamId Stream, ShardEvents Events)> waiting = Channel.CreateBounded<(StreamId, ShardEvents)>(Capacity);

    /// <summary>Opens the queue for some shards' streams at a revision.</summary>
    public ShardQueue(IEnumerable<StreamId> streams, Revision start)
    {
        toldUpTo = streams.ToDictionary(stream => stream, _ => start.Value);
        Restart(start);
    }

    /// <summary>What waits to be delivered.</summary>
    public ChannelReader<(StreamId Stream, ShardEvents Events)> Waiting => waiting.Reader;

    /// <summary>Adds the keys of one read of the feed.</summary>
    public void Deliver(IReadOnlyDictionary<StreamId, HashSet<string>> keys, Revision to)
    {
        lock (gate)
        {
            foreach (var (stream, wanted) in keys)
            {
                if (!toldUpTo.TryGetValue(stream, out var from))
                {
                    continue;
                }

                if (!waiting.Writer.TryWrite((stream, new ShardEvents { From = from, To = to.Value, Keys = [.. wanted] })))
                {
                    DropAll(to);
                    return;
                }

                toldUpTo[stream] = to.Value;
            }
        }
    }

    /// <summary>Begins anew at a revision: every shard looks at everything.</summary>
    /// <remarks>Said when a queue comes to this silo, so no shard waits for its next event to learn that it may have missed one.</remarks>
    public void Restart(Revision at)
    {
        lock (gate)
        {
            DropAll(at);
        }
    }

    /// <summary>The receiver has gone.</summary>
    public void Close() => waiting.Writer.TryComplete();

    private void DropAll(Revision at)
    {
        while (waiting.Reader.TryRead(out _))
        {
        }

        foreach (var stream in toldUpTo.Keys)
        {
            toldUpTo[stream] = at.Value;

            // More streams than places: those left out are asked by their reminder within a minute.
            waiting.Writer.TryWrite((stream, new ShardEvents { From = at.Value, To = at.Value, IsResync = true }));
        }
    }
}
