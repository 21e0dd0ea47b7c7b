using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Gateway.Reads;
using Orchestrator.Gateway.Requests;
using Orchestrator.Store.Cache;

namespace Orchestrator.Gateway.Verbs;

/// <summary>GET of one object, from the watch cache: the newest state, or any with resourceVersion=0, or with resourceVersionMatch=Exact that of a revision.</summary>
/// <remarks>Upstream knows resourceVersionMatch for lists alone and ignores it here.</remarks>
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

        if (wanted is { Value: > 0 } exact && request.Query("resourceVersionMatch") == "Exact")
        {
            await AnswerPastAsync(gateway, request, exact);
            return;
        }

        await AnswerAsync(gateway, request, gateway.Cache.Find(request.Key) ?? await NodeLeases.FindAsync(gateway, request));
    }

    private static async Task AnswerPastAsync(GatewayServices gateway, ApiRequest request, Revision exact)
    {
        // What has not changed since is still there.
        if (gateway.Cache.Find(request.Key) is { } unchanged && unchanged.Stored.Revision <= exact)
        {
            await AnswerAsync(gateway, request, unchanged);
            return;
        }

        await (await gateway.Past.FindAsync(request.Key, exact, request.Aborted) is { } past
            ? AnswerAsync(gateway, request, past.Objects.Count == 0 ? null : past.Objects[0])
            : AnswerWriter.FailAsync(request.Http, Statuses.TooOldResourceVersion(exact.Value, gateway.Cache.Revision.Value)));
    }

    private static async Task AnswerAsync(GatewayServices gateway, ApiRequest request, CachedObject? found)
    {
        if (found is null)
        {
            await AnswerWriter.FailAsync(request.Http, Statuses.NotFound(request.GroupResource, request.Target.Name));
            return;
        }

        await (await VersionView.PrepareAsync(gateway, request.Kind, [found.Stored.Document], request.Aborted) is { } unconverted
            ? AnswerWriter.FailAsync(request.Http, unconverted)
            : ObjectWriter.WriteAsync(request, 200, found.Stored.Document));
    }
}
