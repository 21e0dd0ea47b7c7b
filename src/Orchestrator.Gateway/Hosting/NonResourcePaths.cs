using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Discovery;
using Orchestrator.Gateway.Health;
using Orchestrator.Gateway.Metrics;
using Orchestrator.Gateway.OpenApi;
using Orchestrator.Gateway.Requests;

namespace Orchestrator.Gateway.Hosting;

/// <summary>Answers the paths that are no resources.</summary>
internal static class NonResourcePaths
{
    /// <summary>Answers, if need be with 404 in plain text, as upstream does.</summary>
    public static async Task AnswerAsync(GatewayServices gateway, HttpContext http, RequestTarget target)
    {
        if (target.Verb is not ("get" or "head"))
        {
            await AnswerWriter.FailAsync(http, Statuses.MethodNotAllowed());
            return;
        }

        if (target.Path.TrimEnd('/') == "/version")
        {
            await AnswerWriter.WriteAsync(http, 200, ServerVersion.Document(), MediaForm.Json);
        }
        else if (target.Path == "/")
        {
            await AnswerWriter.WriteAsync(http, 200, Root(gateway), MediaForm.Json);
        }
        else if (!await HealthPaths.TryAnswerAsync(gateway, http, target.Path)
            && !await DigestPath.TryAnswerAsync(gateway, http, target.Path)
            && !await MetricsPath.TryAnswerAsync(gateway, http, target.Path)
            && !await DiscoveryPaths.TryAnswerAsync(gateway, http, target.Path)
            && !await OpenApiPaths.TryAnswerAsync(gateway, http, target.Path)
            && !await IssuerPaths.TryAnswerAsync(gateway, http, target.Path))
        {
            await AnswerWriter.WriteTextAsync(http, 404, "404 page not found\n");
        }
    }

    private static JsonObject Root(GatewayServices gateway)
    {
        var paths = gateway.Kinds.All.Where(kind => kind.Group.Length > 0)
            .SelectMany(kind => new[] { "/apis/" + kind.Group, "/apis/" + kind.ApiVersion })
            .Concat(["/.well-known/openid-configuration", "/api", "/api/v1", "/apis", "/healthz", "/livez", "/metrics", "/openapi/v2", "/openapi/v3", "/openid/v1/jwks", "/readyz", "/version"])
            .Distinct().Order(StringComparer.Ordinal);
        return new JsonObject { ["paths"] = new JsonArray([.. paths.Select(path => JsonValue.Create(path))]) };
    }
}
