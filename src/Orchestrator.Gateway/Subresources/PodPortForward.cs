using Orchestrator.AgentProtocol;
using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Gateway.Requests;
using Orchestrator.Gateway.Streaming;

namespace Orchestrator.Gateway.Subresources;

/// <summary>pods/portforward: connections into a pod's network, over SPDY, by itself or tunnelled through a WebSocket, or over the channels of a WebSocket.</summary>
internal static class PodPortForward
{
    /// <summary>Upgrades; the node is asked once for each connection.</summary>
    public static async Task AnswerAsync(GatewayServices gateway, ApiRequest request)
    {
        var (pod, missing) = await PodLookup.FindBoundAsync(gateway, request);
        var (upgrade, plain) = StreamUpgrade.Negotiate(
            request.Http, [PortForwarding.TunnelProtocol, .. ChannelForwarding.Protocols], [PortForwarding.Protocol]);
        var byChannel = upgrade is { IsWebSocket: true } && upgrade.Protocol != PortForwarding.TunnelProtocol;
        var (ports, wrong) = byChannel ? ForwardedPorts.Read(request.Http.Request.Query) : ([], null);
        if ((missing ?? plain ?? wrong) is { } fault)
        {
            await AnswerWriter.FailAsync(request.Http, fault);
            return;
        }

        if (byChannel)
        {
            using var socket = await upgrade!.AcceptSocketAsync(request.Http);
            using var forwarding = new ChannelForwarding(socket, ports, DialAsync);
            await forwarding.RunAsync(request.Aborted);
            return;
        }

        await using var session = await upgrade!.AcceptSessionAsync(request.Http);
        await new PortForwarding(session, DialAsync).RunAsync(request.Aborted);

        Task<DialOutcome> DialAsync(int port, CancellationToken cancellationToken)
        {
            var wanted = PodLookup.Wanted(pod!, "");
            wanted.PortForward = new PortForwardStream { Port = port };
            return AgentDial.OpenAsync(gateway, pod!.NodeName, wanted, cancellationToken);
        }
    }
}
