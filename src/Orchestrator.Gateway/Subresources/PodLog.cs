using Microsoft.AspNetCore.Http.Features;
using Orchestrator.AgentProtocol;
using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Gateway.Requests;
using Orchestrator.Gateway.Streaming;
using Orchestrator.Gateway.Verbs;

namespace Orchestrator.Gateway.Subresources;

/// <summary>GET of pods/log: the container's output as plain text, as it comes.</summary>
internal static class PodLog
{
    /// <summary>Answers with the log, or says why there is none before anything else is answered.</summary>
    public static async Task AnswerAsync(GatewayServices gateway, ApiRequest request)
    {
        var (options, wrong) = LogOptions.Read(name => request.Query(name) is { Length: > 0 } ? request.Http.Request.Query[name][0] : null, request.Target.Name);
        var (pod, missing) = wrong is null ? await PodLookup.FindAsync(gateway, request) : default;
        var (container, unnamed) = pod is null ? default : ContainerChoice.Choose(pod, options!.Container);
        if ((wrong ?? missing ?? unnamed) is { } fault)
        {
            await AnswerWriter.FailAsync(request.Http, fault);
            return;
        }

        if (pod!.NodeName.Length == 0)
        {
            // Upstream answers an empty log here: the pod exists, and nothing has been written.
            await BeginAsync(request);
            return;
        }

        if (ContainerChoice.LogFault(pod, container, options!.Stream.Previous) is { } silent)
        {
            await AnswerWriter.FailAsync(request.Http, silent);
            return;
        }

        var wanted = PodLookup.Wanted(pod, container);
        wanted.Logs = options.Stream;
        var outcome = await AgentDial.OpenAsync(gateway, pod.NodeName, wanted, request.Aborted);
        if (outcome.Stream is not { } stream)
        {
            await GrainReply.FailAsync(request, outcome.Failure!);
            return;
        }

        using (stream)
        {
            await BeginAsync(request);
            await CopyAsync(request, stream);
        }
    }

    private static async Task BeginAsync(ApiRequest request)
    {
        request.Http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        request.Http.Response.StatusCode = 200;
        request.Http.Response.ContentType = "text/plain";
        await request.Http.Response.StartAsync(request.Aborted);

        // Who follows a silent log wants to know at once that it is there.
        await request.Http.Response.Body.FlushAsync(request.Aborted);
    }

    private static async Task CopyAsync(ApiRequest request, AgentStream stream)
    {
        while (await stream.ReadAsync(request.Aborted) is { } frame)
        {
            if (frame.ContentCase == StreamFrame.ContentOneofCase.StatusJson)
            {
                return;
            }

            await request.Http.Response.Body.WriteAsync(frame.Stdout.Memory, request.Aborted);
            await request.Http.Response.Body.FlushAsync(request.Aborted);
        }

        // The node went away in the middle: half a log must not look like a whole one.
        request.Http.Abort();
    }
}
