using Orchestrator.AgentProtocol;
using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Gateway.Requests;
using Orchestrator.Gateway.Streaming;

namespace Orchestrator.Gateway.Subresources;

/// <summary>pods/portforward: connections into a pod's network, over SPDY, by itself or tunnelled through a WebSocket.</summary>
internal static class PodPortForward
{
    /// <summary>Upgrades; the node is asked once for each connection.</summary>
    public static async Task AnswerAsync(GatewayServices gateway, ApiRequest request)
    {
        var (pod, missing) = await PodLookup.FindBoundAsync(gateway, request);
        var (upgrade, plain) = StreamUpgrade.Negotiate(request.Http, [PortForwarding.TunnelProtocol], [PortForwarding.Protocol]);
        if ((missing ?? plain) is { } fault)
        {
            await AnswerWriter.FailAsync(request.Http, fault);
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
