using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Orchestrator.Gateway.Requests;

namespace Orchestrator.Gateway.Reads;

/// <summary>Where watch frames go: a chunked answer, or messages of a WebSocket.</summary>
internal sealed class WatchStream(HttpContext http, WebSocket? socket)
{
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

    /// <summary>Writes a frame; it is sent with the next flush.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> frame)
    {
        if (socket is not null)
        {
            await socket.SendAsync(frame[..^1], WebSocketMessageType.Text, true, http.RequestAborted);
            return;
        }

        var writer = http.Response.BodyWriter;
        frame.Span.CopyTo(writer.GetSpan(frame.Length));
        writer.Advance(frame.Length);
    }

    /// <summary>Sends what was written.</summary>
    public async ValueTask FlushAsync()
    {
        if (socket is null)
        {
            await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
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
