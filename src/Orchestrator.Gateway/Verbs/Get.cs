using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Gateway.Reads;
using Orchestrator.Gateway.Requests;

namespace Orchestrator.Gateway.Verbs;

/// <summary>GET of one object, from the watch cache: the newest state, or any with resourceVersion=0.</summary>
internal static class Get
{
    /// <summary>Answers with the object.</summary>
    public static async Task AnswerAsync(GatewayServices gateway, ApiRequest request)
    {
        Revision? wanted = null;
        var version = request.Query("resourceVersion");
        if (version.Length > 0)
        {
            if (!Revision.TryParse(version, out var parsed))
            {
                await AnswerWriter.FailAsync(request.Http, Statuses.BadRequest("invalid resource version: " + ListRequest.VersionFault(version)));
                return;
            }

            wanted = parsed;
        }

        if (await Freshness.ReachAsync(gateway, wanted, request.Aborted) is { } fault)
        {
            await AnswerWriter.FailAsync(request.Http, fault);
            return;
        }

        if ((gateway.Cache.Find(request.Key) ?? await NodeLeases.FindAsync(gateway, request)) is not { } found)
        {
            await AnswerWriter.FailAsync(request.Http, Statuses.NotFound(request.GroupResource, request.Target.Name));
            return;
        }

        await (await VersionView.PrepareAsync(gateway, request.Kind, [found.Stored.Document], request.Aborted) is { } unconverted
            ? AnswerWriter.FailAsync(request.Http, unconverted)
            : ObjectWriter.WriteAsync(request, 200, found.Stored.Document));
    }
}
