using System.Collections.Concurrent;

namespace Orchestrator.Gateway.Streaming;

/// <summary>Where a request that wants a stream meets the agent that dials back with it.</summary>
internal sealed class StreamRendezvous
{
    /// <summary>Requests that may wait for an agent. When they are full, more are answered 429.</summary>
    internal const int MaxWaiting = 4096;

    private readonly ConcurrentDictionary<string, Waiting> waiting = new(StringComparer.Ordinal);

    /// <summary>Announces a stream that a node's agent will dial; null when too many are waited for.</summary>
    public Meeting? Expect(string nodeName)
    {
        if (waiting.Count >= MaxWaiting)
        {
            return null;
        }

        var id = Guid.NewGuid().ToString("N");
        var expected = new Waiting(nodeName, new TaskCompletionSource<AgentStream>(TaskCreationOptions.RunContinuationsAsynchronously));
        waiting[id] = expected;
        return new Meeting(id, expected.Arrival.Task, () => waiting.TryRemove(id, out _));
    }

    /// <summary>Hands an arrived stream to whoever waits for it; false when nobody does, or another node was meant.</summary>
    public bool TryDeliver(string streamId, string nodeName, AgentStream stream) =>
        waiting.TryGetValue(streamId, out var expected) && expected.NodeName == nodeName
            && waiting.TryRemove(streamId, out _) && expected.Arrival.TrySetResult(stream);

    private sealed record Waiting(string NodeName, TaskCompletionSource<AgentStream> Arrival);
}

/// <summary>A stream that is expected. Disposing withdraws it, and ends it when it came and nobody took it.</summary>
internal sealed class Meeting(string streamId, Task<AgentStream> arrival, Action withdraw) : IDisposable
{
    private bool isTaken;

    /// <summary>The id that the agent names.</summary>
    public string StreamId => streamId;

    /// <summary>Waits for the agent; null when it does not dial in time.</summary>
    public async Task<AgentStream?> ArriveAsync(TimeSpan timeout, TimeProvider clock, CancellationToken cancellationToken)
    {
        try
        {
            var stream = await arrival.WaitAsync(timeout, clock, cancellationToken);
            isTaken = true;
            return stream;
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        withdraw();
        if (!isTaken && arrival.IsCompletedSuccessfully)
        {
            arrival.Result.Dispose();
        }
    }
}
