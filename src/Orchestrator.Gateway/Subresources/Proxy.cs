using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.AgentProtocol;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Gateway.Reads;
using Orchestrator.Gateway.Requests;
using Orchestrator.Gateway.Streaming;
using Yarp.ReverseProxy.Forwarder;

namespace Orchestrator.Gateway.Subresources;

/// <summary>pods/proxy and services/proxy: an HTTP request passed on to a pod, through its node.</summary>
/// <remarks>Upstream: registry/core/pod/rest and service/storage. Upgrades pass as well. The pod is reached through its loopback, as by port-forward.</remarks>
internal static class Proxy
{
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(5);

    /// <summary>Answers with what the pod answers.</summary>
    public static async Task AnswerAsync(GatewayServices gateway, ApiRequest request)
    {
        if (request.Target.Resource == "nodes")
        {
            await AnswerWriter.FailAsync(request.Http, Statuses.ServiceUnavailable("a node's agent serves no HTTP of its own"));
            return;
        }

        var path = PathBehind(request.Target);
        if (path.Length == 0)
        {
            // As upstream: without the slash the links of a page would lead elsewhere.
            request.Http.Response.Redirect(request.Target.Path + "/" + request.Http.Request.QueryString, permanent: true);
            return;
        }

        var stale = await Freshness.ReachAsync(gateway, null, request.Aborted);
        var (target, missing) = stale is null
            ? ProxyTarget.Find(gateway.Cache, request.Target.Resource, request.Namespace, request.Target.Name, Random.Shared.Next)
            : default;
        if ((stale ?? missing) is { } fault)
        {
            await AnswerWriter.FailAsync(request.Http, fault);
            return;
        }

        await ForwardAsync(gateway, request, target!, path);
    }

    private static async Task ForwardAsync(GatewayServices gateway, ApiRequest request, ProxyTarget target, string path)
    {
        AgentTransport? transport = null;
        byte[]? failure = null;
        using var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = DistributedContextPropagator.CreatePassThroughPropagator(),
            ConnectCallback = async (_, cancellationToken) =>
            {
                var wanted = PodLookup.Wanted(target.Pod, "");
                wanted.PortForward = new PortForwardStream { Port = target.Port };
                var outcome = await AgentDial.OpenAsync(gateway, target.Pod.NodeName, wanted, cancellationToken);
                if (outcome.Stream is { } agent)
                {
                    return transport = new AgentTransport(agent);
                }

                failure = outcome.Failure!;
                throw new HttpRequestException("the pod cannot be reached");
            },
        };
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        request.Http.Response.Headers.CacheControl = default;
        var error = await request.Http.RequestServices.GetRequiredService<IHttpForwarder>().SendAsync(
            request.Http, $"http://{target.Pod.Name}:{target.Port}", invoker, new ForwarderRequestConfig { ActivityTimeout = IdleTimeout },
            new Rewrite(path), request.Aborted);
        if (error != ForwarderError.None && !request.Http.Response.HasStarted && !request.Aborted.IsCancellationRequested)
        {
            var why = (failure ?? transport?.End) is { } status ? DocumentSlices.Text(status, "message"u8) : "";
            await AnswerWriter.FailAsync(
                request.Http, Statuses.ServiceUnavailable("error trying to reach service: " + (why.Length > 0 ? why : "the pod ended the connection")));
        }
    }

    /// <summary>The path behind the subresource, which is that of the request to the pod; empty when not even a slash follows.</summary>
    internal static string PathBehind(RequestTarget target)
    {
        const string Subresource = "/proxy";
        var name = "/" + target.Name + Subresource;
        var at = target.Path.IndexOf(name, StringComparison.Ordinal);
        return at < 0 ? "/" : target.Path[(at + name.Length)..];
    }

    private sealed class Rewrite(string path) : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(
            HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            proxyRequest.RequestUri = RequestUtilities.MakeDestinationAddress(destinationPrefix, path, httpContext.Request.QueryString);
            proxyRequest.Headers.Host = null;

            // The caller's credentials are for this server, not for what runs in the cluster.
            proxyRequest.Headers.Remove("Authorization");
            foreach (var header in proxyRequest.Headers.Where(header => header.Key.StartsWith("Impersonate-", StringComparison.OrdinalIgnoreCase)).ToList())
            {
                proxyRequest.Headers.Remove(header.Key);
            }
        }
    }
}
