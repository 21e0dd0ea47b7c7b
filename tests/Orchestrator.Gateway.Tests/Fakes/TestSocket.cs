using System.Net;
using System.Net.WebSockets;
using System.Text;

namespace Orchestrator.Gateway.Tests.Fakes;

/// <summary>A WebSocket client that speaks in channels.</summary>
internal sealed class TestSocket : IDisposable
{
    private readonly ClientWebSocket socket = new();
    private readonly Uri pod;
    private readonly byte[] buffer = new byte[1 << 16];

    public TestSocket(GatewayFixture gateway, string protocol)
    {
        socket.Options.AddSubProtocol(protocol);
        socket.Options.SetRequestHeader("Authorization", "Bearer admin-token");
        socket.Options.RemoteCertificateValidationCallback = gateway.IsOurs;
        socket.Options.CollectHttpResponseDetails = true;
        pod = new UriBuilder(gateway.Address) { Scheme = "wss", Path = "/api/v1/namespaces/default/pods/web/" }.Uri;
    }

    public HttpStatusCode StatusCode => socket.HttpStatusCode;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public Task ConnectAsync(string path) => socket.ConnectAsync(new Uri(pod, path), Token);

    public Task SendAsync(byte channel, string text, bool isLast = true) => SendRawAsync([channel, .. Encoding.UTF8.GetBytes(text)], isLast);

    public Task SendRawAsync(byte[] bytes, bool isLast = true) => socket.SendAsync(bytes, WebSocketMessageType.Binary, isLast, Token);

    /// <summary>The next message; channel -1 is the closing one.</summary>
    public async Task<(int Channel, string Text)> ReadAsync()
    {
        var received = await socket.ReceiveAsync(buffer, Token);
        return received.MessageType == WebSocketMessageType.Close
            ? (-1, received.CloseStatus.ToString()!)
            : (buffer[0], Encoding.UTF8.GetString(buffer, 1, received.Count - 1));
    }

    /// <summary>The next message, a character for each byte.</summary>
    public async Task<(int Channel, string Text)> ReadLatin1Async()
    {
        var received = await socket.ReceiveAsync(buffer, Token);
        return (buffer[0], Encoding.Latin1.GetString(buffer, 1, received.Count - 1));
    }

    public void Abort() => socket.Abort();

    public void Dispose() => socket.Dispose();
}
