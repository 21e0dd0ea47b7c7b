using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Hosting;

namespace Orchestrator.Gateway.Health;

/// <summary>Answers /debug/digest: compares this silo's watch cache with the database. Reads everything, so it is for those who may read any path.</summary>
internal static class DigestPath
{
    /// <summary>Answers the path; false when it is another.</summary>
    public static async Task<bool> TryAnswerAsync(GatewayServices gateway, HttpContext http, string path)
    {
        if (path.TrimEnd('/') != "/debug/digest")
        {
            return false;
        }

        if (await gateway.Audit.RunAsync(http.RequestAborted) is not { } report)
        {
            await AnswerWriter.FailAsync(http, Statuses.ServiceUnavailable("the change log is compacted faster than it can be read", 1));
            return true;
        }

        await AnswerWriter.WriteAsync(
            http,
            200,
            AnswerWriter.Encode(new JsonObject
            {
                ["server"] = gateway.Options.AdvertisedUrl,
                ["revision"] = report.Revision.Value,
                ["agrees"] = report.Agrees,
                ["cache"] = new JsonObject { ["objects"] = report.CacheObjects, ["digest"] = report.Cache },
                ["store"] = new JsonObject { ["objects"] = report.StoreObjects, ["digest"] = report.Store },
            }),
            MediaForm.Json);
        return true;
    }
}
