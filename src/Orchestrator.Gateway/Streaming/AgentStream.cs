using Grpc.Core;
using Orchestrator.AgentProtocol;

namespace Orchestrator.Gateway.Streaming;

/// <summary>A stream of frames between a request and a container, dialled by the agent. One reader, many writers.</summary>
internal sealed class AgentStream(IAsyncStreamReader<StreamFrame> reader, IServerStreamWriter<StreamFrame> writer) : IDisposable
{
    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly TaskCompletionSource finished = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the request is done with the stream: then the gRPC call ends.</summary>
    public Task Finished => finished.Task;

    /// <summary>The frames from the agent.</summary>
    public IAsyncEnumerable<StreamFrame> ReadAsync(CancellationToken cancellationToken) => reader.ReadAllAsync(cancellationToken);

    /// <summary>Sends a frame to the agent.</summary>
    public async Task WriteAsync(StreamFrame frame, CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
            await writer.WriteAsync(frame, cancellationToken);
        }
        finally
        {
            writing.Release();
        }
    }

    /// <summary>Ends the stream.</summary>
    public void Dispose()
    {
        finished.TrySetResult();
        writing.Dispose();
    }
}
