using System.Collections.Concurrent;

namespace Orchestrator.Gateway.Streaming;

/// <summary>Where a request that wants a stream meets the agent that dials back with it.</summary>
internal sealed class StreamRendezvous
{
    private readonly ConcurrentDictionary<string, Waiting> waiting = new(StringComparer.Ordinal);

    /// <summary>Announces a stream that a node's agent will dial.</summary>
    public Meeting Expect(string nodeName)
    {
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

/// <summary>A stream that is expected. Disposing withdraws it.</summary>
internal sealed class Meeting(string streamId, Task<AgentStream> arrival, Action withdraw) : IDisposable
{
    /// <summary>The id that the agent names.</summary>
    public string StreamId => streamId;

    /// <summary>The stream, once the agent has dialled.</summary>
    public Task<AgentStream> Arrival => arrival;

    /// <inheritdoc />
    public void Dispose() => withdraw();
}
