using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Authorization;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Gateway.Requests;

namespace Orchestrator.Gateway.Subresources;

/// <summary>The subresources whose answer is a stream from a node.</summary>
internal static class StreamRouter
{
    private static readonly HashSet<string> Upgraded = ["exec", "attach", "portforward"];

    /// <summary>True for log, exec, attach and portforward of pods, and for proxy.</summary>
    public static bool Answers(RequestTarget target) =>
        target is { Group: "", Resource: "pods" } && (target.Subresource == "log" || Upgraded.Contains(target.Subresource))
        || target is { Group: "", Resource: "pods" or "services" or "nodes", Subresource: "proxy" };

    /// <summary>Answers with the stream.</summary>
    public static async Task AnswerAsync(GatewayServices gateway, ApiRequest request)
    {
        // A WebSocket can only be opened by GET. Since 1.35 upstream wants the right to create as well, so that who may only read cannot run commands.
        var access = AccessRequest.For(request.User, request.Target) with { Verb = "create" };
        if (request.Target.Verb == "get" && Upgraded.Contains(request.Target.Subresource) && !gateway.Authorizer.Authorize(access).Allowed)
        {
            await AnswerWriter.FailAsync(request.Http, Refusal.Of(access));
            return;
        }

        if (request.Target.Subresource == "log")
        {
            await PodLog.AnswerAsync(gateway, request);
            return;
        }

        var (connection, refusal) = await gateway.Connect.AskAsync(request, Connections.Of(request));
        await (refusal is not null ? AnswerWriter.FailAsync(request.Http, refusal) : request.Target.Subresource switch
        {
            "proxy" => Proxy.AnswerAsync(gateway, request),
            "portforward" => PodPortForward.AnswerAsync(gateway, request),
            _ => PodCommand.AnswerAsync(gateway, request, connection),
        });
    }
}
