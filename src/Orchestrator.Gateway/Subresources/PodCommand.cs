using System.Text.Json.Nodes;
using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Gateway.Requests;
using Orchestrator.Gateway.Streaming;
using Orchestrator.Gateway.Verbs;

namespace Orchestrator.Gateway.Subresources;

/// <summary>pods/exec and pods/attach: the streams of a process, over WebSocket or SPDY.</summary>
internal static class PodCommand
{
    /// <summary>Asks the node first and upgrades then, so that every failure is an ordinary answer.</summary>
    public static async Task AnswerAsync(GatewayServices gateway, ApiRequest request, JsonObject connection)
    {
        var (options, wrong) = CommandOptions.Read(connection, request.Target.Subresource == "attach");
        var (pod, missing) = wrong is null ? await PodLookup.FindBoundAsync(gateway, request) : default;
        var (container, unnamed) = pod is null ? default : ContainerChoice.Choose(pod, options!.Container);
        var (upgrade, plain) = StreamUpgrade.Negotiate(request.Http, WebSocketEnd.Protocols, SpdyEnd.Protocols);
        if ((wrong ?? missing ?? unnamed ?? plain) is { } fault)
        {
            await AnswerWriter.FailAsync(request.Http, fault);
            return;
        }

        var wanted = PodLookup.Wanted(pod!, container);
        options!.AddTo(wanted, request.Target.Subresource == "attach");
        var outcome = await AgentDial.OpenAsync(gateway, pod!.NodeName, wanted, request.Aborted);
        if (outcome.Stream is not { } agent)
        {
            await GrainReply.FailAsync(request, outcome.Failure!);
            return;
        }

        // An upgrade that fails leaves nothing running on the node.
        using (agent)
        {
            await using var client = await upgrade!.AcceptEndAsync(request.Http, options.Stdout, options.Stderr);
            await StreamRelay.RunAsync(client, agent, request.Aborted);
        }
    }
}
