using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Gateway.Requests;

namespace Orchestrator.Gateway.Subresources;

/// <summary>What a stream is to be like, as a document that webhooks and policies can read: the query as upstream's types hold it.</summary>
/// <remarks>Upstream: PodExecOptions, PodAttachOptions, PodPortForwardOptions and the three ProxyOptions of core/v1.</remarks>
internal static class Connections
{
    /// <summary>The document of a request.</summary>
    public static JsonObject Of(ApiRequest request)
    {
        var kind = (request.Target.Resource, request.Target.Subresource) switch
        {
            (_, "exec") => "PodExecOptions",
            (_, "attach") => "PodAttachOptions",
            (_, "portforward") => "PodPortForwardOptions",
            ("services", _) => "ServiceProxyOptions",
            ("nodes", _) => "NodeProxyOptions",
            _ => "PodProxyOptions",
        };
        var connection = new JsonObject { ["kind"] = kind, ["apiVersion"] = "v1" };
        switch (request.Target.Subresource)
        {
            case "proxy":
                Set(connection, "path", Proxy.PathBehind(request.Target));
                break;
            case "portforward":
                var ports = request.Http.Request.Query["ports"].SelectMany(text => (text ?? "").Split(','))
                    .Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : 0).Where(port => port > 0).ToList();
                if (ports.Count > 0)
                {
                    connection["ports"] = new JsonArray([.. ports.Select(port => JsonValue.Create(port))]);
                }

                break;
            default:
                AddStreams(connection, request);
                break;
        }

        return connection;
    }

    private static void AddStreams(JsonObject connection, ApiRequest request)
    {
        foreach (var name in (string[])["stdin", "stdout", "stderr", "tty"])
        {
            if (request.Http.Request.Query.ContainsKey(name) && QueryValues.IsTrue(request.Query(name)))
            {
                connection[name] = true;
            }
        }

        Set(connection, "container", request.Query("container"));
        if (request.Target.Subresource == "exec")
        {
            connection["command"] = new JsonArray([.. request.Http.Request.Query["command"].Select(word => JsonValue.Create(word ?? ""))]);
        }
    }

    private static void Set(JsonObject connection, string name, string value)
    {
        if (value.Length > 0)
        {
            connection[name] = value;
        }
    }
}
