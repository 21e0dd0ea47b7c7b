using System.IO.Pipelines;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Orchestrator.AgentProtocol.Spdy;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Answers;

namespace Orchestrator.Gateway.Streaming;

/// <summary>How a client wants its connection upgraded, and to which protocol both ends agree.</summary>
internal sealed record StreamUpgrade(bool IsWebSocket, string Protocol)
{
    private const string Spdy = "SPDY/3.1";
    private const string VersionHeader = "X-Stream-Protocol-Version";
    private const int TransportBufferBytes = 64 * 1024;

    /// <summary>Settles the protocol, or says why there is none.</summary>
    public static (StreamUpgrade? Upgrade, ApiStatus? Fault) Negotiate(HttpContext http, IReadOnlyList<string> overWebSocket, IReadOnlyList<string> overSpdy)
    {
        if (http.WebSockets.IsWebSocketRequest)
        {
            var offered = http.WebSockets.WebSocketRequestedProtocols;
            var agreed = overWebSocket.FirstOrDefault(protocol => protocol.Length == 0 ? offered.Count == 0 : offered.Contains(protocol));
            return agreed is null
                ? (null, Statuses.BadRequest($"none of the WebSocket protocols [{string.Join(' ', offered)}] is served here, but [{string.Join(' ', overWebSocket.Where(name => name.Length > 0))}]"))
                : (new StreamUpgrade(true, agreed), null);
        }

        if (http.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true }
            || !http.Request.Headers.Upgrade.ToString().Equals(Spdy, StringComparison.OrdinalIgnoreCase))
        {
            return (null, Statuses.BadRequest("Upgrade request required"));
        }

        var wanted = http.Request.Headers[VersionHeader].SelectMany(static line => (line ?? "").Split(',', StringSplitOptions.TrimEntries)).ToList();
        return overSpdy.FirstOrDefault(wanted.Contains) is { } protocol
            ? (new StreamUpgrade(false, protocol), null)
            : (null, new ApiStatus(403, "Forbidden", $"unable to upgrade: unable to negotiate protocol: client supports [{string.Join(' ', wanted)}], server accepts [{string.Join(' ', overSpdy)}]"));
    }

    /// <summary>Answers 101 for exec and attach.</summary>
    public async Task<IClientEnd> AcceptEndAsync(HttpContext http, bool hasStdout, bool hasStderr)
    {
        if (!IsWebSocket)
        {
            return new SpdyEnd(await AcceptSpdyAsync(http), hasStdout, hasStderr);
        }

        var end = new WebSocketEnd(await AcceptSocketAsync(http), hasStdout, hasStderr);
        await end.GreetAsync(http.RequestAborted);
        return end;
    }

    /// <summary>Answers 101 to a WebSocket with the agreed protocol, if it has a name.</summary>
    public Task<WebSocket> AcceptSocketAsync(HttpContext http) => http.WebSockets.AcceptWebSocketAsync(Protocol.Length == 0 ? null : Protocol);

    /// <summary>Answers 101 for port-forward: SPDY, by itself or through a WebSocket.</summary>
    public async Task<SpdySession> AcceptSessionAsync(HttpContext http)
    {
        if (!IsWebSocket)
        {
            return await AcceptSpdyAsync(http);
        }

        // The platform refuses protocol names with a slash, which upstream's has: it is named in the answer past the platform.
        http.Response.Headers.SecWebSocketProtocol = Protocol;
        return Session(new WebSocketTransport(await http.WebSockets.AcceptWebSocketAsync()));
    }

    private async Task<SpdySession> AcceptSpdyAsync(HttpContext http)
    {
        AnswerWriter.SetHeaders(http);
        http.Response.Headers.Upgrade = Spdy;
        http.Response.Headers[VersionHeader] = Protocol;
        return Session(await http.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync());
    }

    private static SpdySession Session(Stream transport) =>
        new(PipeReader.Create(transport, new StreamPipeReaderOptions(bufferSize: TransportBufferBytes)), transport, isClient: false);
}
