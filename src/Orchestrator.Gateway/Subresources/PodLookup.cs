using Orchestrator.AgentProtocol;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Gateway.Reads;
using Orchestrator.Gateway.Requests;

namespace Orchestrator.Gateway.Subresources;

/// <summary>Finds the pod that a stream is about.</summary>
internal static class PodLookup
{
    /// <summary>The pod as it now is, or why there is none.</summary>
    public static async Task<(PodView? Pod, ApiStatus? Fault)> FindAsync(GatewayServices gateway, ApiRequest request)
    {
        if (await Freshness.ReachAsync(gateway, null, request.Aborted) is { } stale)
        {
            return (null, stale);
        }

        return gateway.Cache.Find(request.Key) is { } found
            ? (PodView.Read(found.Stored.Document), null)
            : (null, Statuses.NotFound(request.GroupResource, request.Target.Name));
    }

    /// <summary>The pod, when it is bound to a node.</summary>
    public static async Task<(PodView? Pod, ApiStatus? Fault)> FindBoundAsync(GatewayServices gateway, ApiRequest request)
    {
        var (pod, fault) = await FindAsync(gateway, request);
        return pod is { NodeName.Length: 0 } ? (null, Statuses.BadRequest($"pod {pod.Name} does not have a host assigned")) : (pod, fault);
    }

    /// <summary>The beginning of what the agent is asked for.</summary>
    public static OpenStream Wanted(PodView pod, string container) => new() { Namespace = pod.Namespace, Pod = pod.Name, PodUid = pod.Uid, Container = container };
}
