using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Orchestrator.Gateway.Requests;

namespace Orchestrator.Gateway.Reads;

/// <summary>Where watch frames go: a chunked answer, or messages of a WebSocket.</summary>
internal sealed class WatchStream(HttpContext http, WebSocket? socket)
{
    /// <summary>What may wait before it is sent on without being asked.</summary>
    private const int FlushAt = 64 * 1024;

    private readonly List<ReadOnlyMemory<byte>> waiting = [];
    private int waitingBytes;

    /// <summary>Opens the stream in the way that the client asks for.</summary>
    public static async Task<WatchStream> OpenAsync(ApiRequest request)
    {
        if (request.Http.WebSockets.IsWebSocketRequest)
        {
            return new WatchStream(request.Http, await request.Http.WebSockets.AcceptWebSocketAsync());
        }

        request.Http.Response.StatusCode = 200;
        request.Http.Response.ContentType = "application/json";
        await request.Http.Response.StartAsync(request.Aborted);
        await request.Http.Response.BodyWriter.FlushAsync(request.Aborted);
        return new WatchStream(request.Http, null);
    }

    /// <summary>Writes a frame; it is sent with the next flush, or before when much is waiting.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> frame)
    {
        if (socket is not null)
        {
            await socket.SendAsync(frame[..^1], WebSocketMessageType.Text, true, http.RequestAborted);
            return;
        }

        waiting.Add(frame);
        waitingBytes += frame.Length;
        if (waitingBytes >= FlushAt)
        {
            await FlushAsync();
        }
    }

    /// <summary>Sends what was written.</summary>
    public async ValueTask FlushAsync()
    {
        if (waitingBytes == 0)
        {
            return;
        }

        Gather(http.Response.BodyWriter.GetSpan(waitingBytes));
        http.Response.BodyWriter.Advance(waitingBytes);
        waiting.Clear();
        waitingBytes = 0;
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    /// <summary>Frames lie together in one block: each block of its own that a frame began would become a TLS record and a system call.</summary>
    private void Gather(Span<byte> block)
    {
        foreach (var frame in waiting)
        {
            frame.Span.CopyTo(block);
            block = block[frame.Length..];
        }
    }

    /// <summary>Ends the stream in good order.</summary>
    public async ValueTask CloseAsync()
    {
        if (socket is { State: WebSocketState.Open or WebSocketState.CloseReceived })
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, http.RequestAborted);
        }
    }
}
