using Google.Protobuf;
using Grpc.Core;
using Orchestrator.AgentProtocol;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Agent.Streaming;

/// <summary>The agent's end of a stream that it dialled back with. One reader, many writers.</summary>
internal sealed class GatewayLink(AsyncDuplexStreamingCall<StreamFrame, StreamFrame> call, string streamId) : IDisposable
{
    /// <summary>The largest piece of a stream in one frame.</summary>
    private const int MaxFrameBytes = 32 * 1024;

    private readonly SemaphoreSlim writing = new(1, 1);
    private Task<bool>? reading;

    /// <summary>Says which stream this is.</summary>
    public Task IntroduceAsync(CancellationToken cancellationToken) => SendAsync(new StreamFrame { StreamId = streamId }, cancellationToken);

    /// <summary>The next frame from the gateway; null when it wants no more.</summary>
    /// <remarks>A read that is given up goes on and is taken up by the next one: cancelling it would end the whole call, and the closing Status with it.</remarks>
    public async Task<StreamFrame?> ReadAsync(CancellationToken cancellationToken)
    {
        reading ??= call.ResponseStream.MoveNext(CancellationToken.None);
        var isThere = await reading.WaitAsync(cancellationToken);
        reading = null;
        return isThere ? call.ResponseStream.Current : null;
    }

    /// <summary>Says that all is well: what was asked for has begun.</summary>
    public Task OpenedAsync(CancellationToken cancellationToken) => SendAsync(new StreamFrame { Opened = true }, cancellationToken);

    /// <summary>Sends output in frames of a bounded size.</summary>
    public async Task SendOutputAsync(ReadOnlyMemory<byte> bytes, bool isError, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            // The bytes are written to the wire before the call returns, so they need not be copied.
            var part = UnsafeByteOperations.UnsafeWrap(bytes[..Math.Min(bytes.Length, MaxFrameBytes)]);
            bytes = bytes[part.Length..];
            await SendAsync(isError ? new StreamFrame { Stderr = part } : new StreamFrame { Stdout = part }, cancellationToken);
        }
    }

    /// <summary>Says how it ended.</summary>
    public Task EndAsync(ReadOnlyMemory<byte> statusJson, CancellationToken cancellationToken) =>
        SendAsync(new StreamFrame { StatusJson = ByteString.CopyFrom(statusJson.Span) }, cancellationToken);

    /// <summary>Says why it failed.</summary>
    public Task FailAsync(ApiStatus status, CancellationToken cancellationToken) =>
        EndAsync(StreamStatuses.Bytes(status), cancellationToken);

    /// <summary>No more frames from here; waits until the gateway has taken all that were sent.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await call.RequestStream.CompleteAsync();
        while (await ReadAsync(cancellationToken) is not null)
        {
            // What still comes is for a stream that has ended.
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        call.Dispose();
        writing.Dispose();
    }

    private async Task SendAsync(StreamFrame frame, CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
            await call.RequestStream.WriteAsync(frame, cancellationToken);
        }
        finally
        {
            writing.Release();
        }
    }
}
