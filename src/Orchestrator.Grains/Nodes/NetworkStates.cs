using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Orchestrator.AgentProtocol;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Store.Cache;

namespace Orchestrator.Grains.Nodes;

/// <summary>What every node needs to route Services, answer DNS and reach the other nodes' pods.</summary>
internal static class NetworkStates
{
    private static readonly GroupResource Services = new("", "services");
    private static readonly GroupResource EndpointSlices = new("discovery.k8s.io", "endpointslices");
    private static readonly GroupResource Nodes = new("", "nodes");

    /// <summary>Everything.</summary>
    public static ServerMessage Full(IWatchCache cache)
    {
        var state = new NetworkState { Full = true };
        state.ServicesJson.Add(cache.List(Services).Select(Whole));
        state.EndpointSlicesJson.Add(cache.List(EndpointSlices).Select(Whole));
        state.NodesJson.Add(cache.List(Nodes).Select(Slim));
        return new ServerMessage { Network = state };
    }

    /// <summary>What the changed keys concern; null when nothing.</summary>
    public static ServerMessage? Changes(IEnumerable<ObjectKey> changed, IWatchCache cache)
    {
        var state = new NetworkState();
        foreach (var key in changed)
        {
            var list = key.GroupResource == Services ? state.ServicesJson
                : key.GroupResource == EndpointSlices ? state.EndpointSlicesJson
                : key.GroupResource == Nodes ? state.NodesJson
                : null;
            if (list is null)
            {
                continue;
            }

            if (cache.Get(key) is { } stored)
            {
                list.Add(key.GroupResource == Nodes ? Slim(stored) : Whole(stored));
            }
            else
            {
                state.Removed.Add(key.ToString());
            }
        }

        var isEmpty = state.ServicesJson.Count + state.EndpointSlicesJson.Count + state.NodesJson.Count + state.Removed.Count == 0;
        return isEmpty ? null : new ServerMessage { Network = state };
    }

    private static ByteString Whole(StoredObject stored) => ByteString.CopyFrom(stored.Document.Span);

    /// <summary>A node without what other nodes have no business with.</summary>
    private static ByteString Slim(StoredObject stored)
    {
        var node = JsonNode.Parse(stored.Document.Span)!;
        var slim = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = stored.Key.Name },
            ["spec"] = new JsonObject { ["podCIDR"] = node["spec"]?["podCIDR"]?.DeepClone(), ["podCIDRs"] = node["spec"]?["podCIDRs"]?.DeepClone() },
            ["status"] = new JsonObject { ["addresses"] = node["status"]?["addresses"]?.DeepClone() },
        };
        return ByteString.CopyFrom(JsonSerializer.SerializeToUtf8Bytes(slim));
    }
}
