using Grpc.Core;
using Orchestrator.AgentProtocol;

namespace Orchestrator.Gateway.Streaming;

/// <summary>A stream of frames between a request and a container, dialled by the agent. One reader, many writers.</summary>
internal sealed class AgentStream(IAsyncStreamReader<StreamFrame> reader, IServerStreamWriter<StreamFrame> writer) : IDisposable
{
    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly TaskCompletionSource finished = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the request is done with the stream: then the gRPC call ends, and with it what the agent does for it.</summary>
    public Task Finished => finished.Task;

    /// <summary>The frame that was read last.</summary>
    public StreamFrame Current => reader.Current;

    /// <summary>The next frame from the agent; null when it has ended its side or is gone.</summary>
    public async Task<StreamFrame?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await reader.MoveNext(cancellationToken) ? reader.Current : null;
        }
        catch (Exception gone) when (IsGone(gone))
        {
            return null;
        }
    }

    /// <summary>Sends a frame to the agent; false when it is gone.</summary>
    public async Task<bool> TryWriteAsync(StreamFrame frame, CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
            await writer.WriteAsync(frame, cancellationToken);
            return true;
        }
        catch (Exception gone) when (IsGone(gone))
        {
            return false;
        }
        finally
        {
            writing.Release();
        }
    }

    /// <summary>Ends the stream.</summary>
    public void Dispose() => finished.TrySetResult();

    private static bool IsGone(Exception exception) => exception is IOException or RpcException or InvalidOperationException;
}
