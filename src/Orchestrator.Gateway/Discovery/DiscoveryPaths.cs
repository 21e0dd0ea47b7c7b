using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Hosting;

namespace Orchestrator.Gateway.Discovery;

/// <summary>Answers <c>/api</c>, <c>/apis</c> and what lies below them that is no resource.</summary>
internal static class DiscoveryPaths
{
    private static readonly string[] AggregatedVersions = ["v2", "v2beta1"];

    /// <summary>Answers the path; false when it is not discovery's.</summary>
    public static async Task<bool> TryAnswerAsync(GatewayServices gateway, HttpContext http, string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length is 0 or > 3 || parts[0] is not ("api" or "apis") || (parts[0] == "api" && parts.Length > 2))
        {
            return false;
        }

        if (parts.Length == 1)
        {
            await AnswerRootAsync(gateway, http, parts[0] == "apis");
            return true;
        }

        var found = parts switch
        {
            ["api", var version] => DiscoveryDocuments.Resources(gateway.Kinds, "", version),
            [_, var group] => DiscoveryDocuments.Group(gateway.Kinds, group),
            [_, var group, var version] => DiscoveryDocuments.Resources(gateway.Kinds, group, version),
            _ => null,
        };
        if (found is null)
        {
            return false;
        }

        await WriteAsync(http, found);
        return true;
    }

    private static async Task AnswerRootAsync(GatewayServices gateway, HttpContext http, bool named)
    {
        foreach (var clause in AcceptClause.ParseAll(http.Request.Headers.Accept.ToString()))
        {
            if (clause.MediaType == "application/json" && clause["as"] == "APIGroupDiscoveryList" && clause["g"] == "apidiscovery.k8s.io" && AggregatedVersions.Contains(clause["v"]))
            {
                var document = DiscoveryDocuments.Aggregated(gateway.Kinds, named);
                document["apiVersion"] = "apidiscovery.k8s.io/" + clause["v"];
                http.Response.StatusCode = 200;
                http.Response.ContentType = $"application/json;g=apidiscovery.k8s.io;v={clause["v"]};as=APIGroupDiscoveryList";
                http.Response.Headers.Vary = "Accept";
                await http.Response.Body.WriteAsync(AnswerWriter.Encode(document), http.RequestAborted);
                return;
            }

            if (clause.MediaType is "application/json" or "*/*" && clause["as"].Length == 0)
            {
                break;
            }
        }

        await WriteAsync(http, named ? DiscoveryDocuments.Groups(gateway.Kinds) : DiscoveryDocuments.CoreVersions(http.Request.Host.Value ?? ""));
    }

    private static Task WriteAsync(HttpContext http, JsonObject document) => MediaForm.Negotiate(http.Request.Headers.Accept.ToString()) is { } form
        ? AnswerWriter.WriteAsync(http, 200, document, form)
        : AnswerWriter.FailAsync(http, AnswerFaults.NotAcceptable());
}
