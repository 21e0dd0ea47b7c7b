using System.Net.WebSockets;

namespace Orchestrator.Gateway.Streaming;

/// <summary>Bytes over a WebSocket: each write is a message, and messages are read as one run of bytes.</summary>
/// <remarks>kubectl tunnels SPDY through WebSocket for port-forward. Upstream: apimachinery/pkg/util/httpstream TunnelingConnection.</remarks>
internal sealed class WebSocketTransport(WebSocket socket) : DuplexStream
{
    /// <summary>How long a peer may take to read the farewell.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);

    /// <inheritdoc />
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer, cancellationToken);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    return 0;
                }

                // An empty message is not the end.
                if (received.Count > 0)
                {
                    return received.Count;
                }
            }
        }
        catch (WebSocketException gone)
        {
            throw new IOException(gone.Message, gone);
        }
    }

    /// <inheritdoc />
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await socket.SendAsync(buffer, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
        }
        catch (WebSocketException gone)
        {
            throw new IOException(gone.Message, gone);
        }
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        using var timeout = new CancellationTokenSource(CloseTimeout);
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, timeout.Token);
            }
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Nobody is left to hear the farewell.
        }

        socket.Abort();
        await base.DisposeAsync();
    }
}
