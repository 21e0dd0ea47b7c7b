using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Orchestrator.AgentProtocol.Spdy;
using Orchestrator.Gateway.Streaming;

namespace Orchestrator.Gateway.Tests.Fakes;

/// <summary>A client that upgrades its connection to SPDY by itself.</summary>
internal static class SpdyDial
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<SpdySession> OpenAsync(GatewayFixture gateway, string path, string protocol)
    {
        var (tls, head) = await UpgradeAsync(gateway, "POST", path, $"Upgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: {protocol}\r\nContent-Length: 0\r\n");
        Assert.Contains($"X-Stream-Protocol-Version: {protocol}\r\n", head, StringComparison.OrdinalIgnoreCase);
        return new SpdySession(PipeReader.Create(tls), tls, isClient: true);
    }

    /// <summary>The same through a WebSocket. The platform's own client does not take the protocol's name.</summary>
    public static async Task<SpdySession> TunnelAsync(GatewayFixture gateway, string path, string protocol)
    {
        var (tls, head) = await UpgradeAsync(
            gateway, "GET", path, $"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: {protocol}\r\n");
        Assert.Contains($"Sec-WebSocket-Protocol: {protocol}\r\n", head, StringComparison.OrdinalIgnoreCase);
        var transport = new WebSocketTransport(WebSocket.CreateFromStream(tls, new WebSocketCreationOptions { IsServer = false }));
        return new SpdySession(PipeReader.Create(transport), transport, isClient: true);
    }

    private static async Task<(Stream Transport, string Head)> UpgradeAsync(GatewayFixture gateway, string method, string path, string headers)
    {
        var socket = new TcpClient();
        await socket.ConnectAsync(gateway.Address.Host, gateway.Address.Port, Token);
        var tls = new SslStream(socket.GetStream(), leaveInnerStreamOpen: false, gateway.IsOurs);
        await tls.AuthenticateAsClientAsync("localhost");
        await tls.WriteAsync(
            Encoding.ASCII.GetBytes($"{method} /api/v1/namespaces/default/pods/web/{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer admin-token\r\n"
                + $"Connection: Upgrade\r\n{headers}\r\n"),
            Token);
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await tls.ReadExactlyAsync(one, Token);
            head.Append((char)one[0]);
        }

        Assert.StartsWith("HTTP/1.1 101 ", head.ToString(), StringComparison.Ordinal);
        return (tls, head.ToString());
    }

    public static async Task<string> ReadAsync(SpdyStream stream)
    {
        using var all = new MemoryStream();
        await stream.Input.CopyToAsync(all, Token);
        return Encoding.UTF8.GetString(all.ToArray());
    }
}
