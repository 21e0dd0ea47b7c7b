using Microsoft.AspNetCore.Http;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Gateway.Requests;

namespace Orchestrator.Gateway.Metrics;

/// <summary>By what requests are counted. Every value comes from a list of ours, so that no client can make series without end.</summary>
/// <remarks>Upstream: apiserver/pkg/endpoints/metrics.</remarks>
internal readonly record struct RequestLabels(string Verb, string DryRun, string Group, string Version, string Resource, string Subresource, string Scope)
{
    /// <summary>True for requests that last as long as their client wants.</summary>
    public bool IsLongRunning => Verb is "WATCH" or "CONNECT" || Subresource == "log";

    /// <summary>True for requests that write.</summary>
    public bool IsMutating => Verb is "POST" or "PUT" or "PATCH" or "APPLY" or "DELETE" or "DELETECOLLECTION";

    /// <summary>The labels of a request; what is not known here goes without.</summary>
    public static RequestLabels Of(GatewayServices gateway, HttpRequest request, RequestTarget target)
    {
        var dryRun = request.Query.First("dryRun") == "All" ? "All" : "";
        var kind = target.IsResource ? gateway.Kinds.Find(target.Group, target.Version, target.Resource) : null;
        if (kind is null)
        {
            return new RequestLabels(Plain(request.Method), dryRun, "", "", "", target.IsResource ? "" : PathOf(target.Path), "");
        }

        var subresource = kind.Subresource(target.Subresource)?.Name ?? "";
        var scope = target.NameInPath || target.Verb == "create" ? "resource" : kind.Namespaced && target.Namespace.Length > 0 ? "namespace" : "cluster";
        return new RequestLabels(VerbOf(request, target), dryRun, kind.Group, kind.Version, kind.Resource, subresource, scope);
    }

    private static string VerbOf(HttpRequest request, RequestTarget target) => target.Verb switch
    {
        _ when target.Subresource is "exec" or "attach" or "portforward" or "proxy" => "CONNECT",
        "get" => "GET",
        "list" => "LIST",
        "watch" => "WATCH",
        "create" => "POST",
        "update" => "PUT",
        "patch" => request.ContentType?.StartsWith("application/apply-patch", StringComparison.Ordinal) == true ? "APPLY" : "PATCH",
        "delete" => "DELETE",
        "deletecollection" => "DELETECOLLECTION",
        _ => "other",
    };

    private static string Plain(string method) => method is "GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE" or "OPTIONS" ? method : "other";

    private static string PathOf(string path) => path.TrimEnd('/') is "/healthz" or "/livez" or "/readyz" or "/metrics" or "/version" or "/openapi/v2" or "/openapi/v3"
        ? path.TrimEnd('/')
        : "";
}
