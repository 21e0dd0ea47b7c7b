using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Orchestrator.AgentProtocol;

namespace Orchestrator.Agent.Network;

/// <summary>What the node knows of the cluster's Services: kept up to date by NetworkState messages, read by routing and DNS.</summary>
internal sealed class NetworkMap
{
    private readonly ConcurrentDictionary<string, JsonObject> _services = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, JsonObject> _slices = new(StringComparer.Ordinal);

    /// <summary>Takes a message in. A full one replaces everything.</summary>
    public void Apply(NetworkState state)
    {
        if (state.Full)
        {
            _services.Clear();
            _slices.Clear();
        }

        foreach (var document in state.ServicesJson)
        {
            Put(_services, "/services/", document.Span);
        }

        foreach (var document in state.EndpointSlicesJson)
        {
            Put(_slices, "discovery.k8s.io/endpointslices/", document.Span);
        }

        foreach (var key in state.Removed)
        {
            _services.TryRemove(key, out _);
            _slices.TryRemove(key, out _);
        }
    }

    /// <summary>All that is known, as a message that would bring it.</summary>
    public NetworkState Snapshot()
    {
        var state = new NetworkState { Full = true };
        state.ServicesJson.Add(_services.Values.Select(Bytes));
        state.EndpointSlicesJson.Add(_slices.Values.Select(Bytes));
        return state;

        static ByteString Bytes(JsonObject document) => ByteString.CopyFromUtf8(document.ToJsonString());
    }

    /// <summary>A Service, or null.</summary>
    public JsonObject? Service(string ns, string name) => _services.GetValueOrDefault($"/services/{ns}/{name}");

    /// <summary>The slices of a Service.</summary>
    public IEnumerable<JsonObject> SlicesOf(string ns, string service) => _slices.Values.Where(slice =>
        Text(slice["metadata"]?["namespace"]) == ns && Text(slice["metadata"]?["labels"]?["kubernetes.io/service-name"]) == service);

    /// <summary>Every port of every Service with a virtual address, in a stable order.</summary>
    public IReadOnlyList<ServiceRoute> Routes()
    {
        var slices = _slices.Values.ToLookup(slice => (Text(slice["metadata"]?["namespace"]), Text(slice["metadata"]?["labels"]?["kubernetes.io/service-name"])));
        return
        [
            .. _services
                .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .SelectMany(pair => RoutesOf(pair.Value, slices[(Text(pair.Value["metadata"]?["namespace"]), Text(pair.Value["metadata"]?["name"]))])),
        ];
    }

    /// <summary>The addresses of a slice that take traffic: ready ones, or all when the Service publishes those that are not.</summary>
    public static IEnumerable<JsonObject> ReadyEndpoints(JsonObject slice) =>
        (slice["endpoints"] as JsonArray ?? []).OfType<JsonObject>().Where(endpoint => endpoint["conditions"]?["ready"]?.GetValue<bool>() ?? true);

    public static string Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    public static int Number(JsonNode? node) => node is JsonValue value && value.TryGetValue<int>(out var number) ? number : 0;

    private static IEnumerable<ServiceRoute> RoutesOf(JsonObject service, IEnumerable<JsonObject> slices)
    {
        var clusterIp = Text(service["spec"]?["clusterIP"]);
        // Headless Services have no address to route, and only IPv4 is routed.
        if (clusterIp.Length == 0 || clusterIp == "None" || clusterIp.Contains(':', StringComparison.Ordinal))
        {
            yield break;
        }

        var all = slices.Where(slice => Text(slice["addressType"]) == "IPv4").ToList();
        foreach (var port in (service["spec"]?["ports"] as JsonArray ?? []).OfType<JsonObject>())
        {
            var name = Text(port["name"]);
            yield return new ServiceRoute(
                Text(service["metadata"]?["namespace"]),
                Text(service["metadata"]?["name"]),
                name,
                (Text(port["protocol"]) is { Length: > 0 } protocol ? protocol : "TCP").ToLowerInvariant(),
                clusterIp,
                Number(port["port"]),
                Number(port["nodePort"]),
                Text(service["spec"]?["sessionAffinity"]) == "ClientIP",
                BackendsOf(all, name));
        }
    }

    private static List<Backend> BackendsOf(IEnumerable<JsonObject> slices, string portName)
    {
        var backends =
            from slice in slices
            from port in (slice["ports"] as JsonArray ?? []).OfType<JsonObject>()
            where Text(port["name"]) == portName
            from endpoint in ReadyEndpoints(slice)
            from address in endpoint["addresses"] as JsonArray ?? []
            select new Backend(Text(address), Number(port["port"]));
        return [.. backends.Distinct().OrderBy(backend => backend.Address, StringComparer.Ordinal).ThenBy(backend => backend.Port)];
    }

    private static void Put(ConcurrentDictionary<string, JsonObject> map, string prefix, ReadOnlySpan<byte> document)
    {
        if (JsonNode.Parse(document) is JsonObject parsed)
        {
            map[$"{prefix}{Text(parsed["metadata"]?["namespace"])}/{Text(parsed["metadata"]?["name"])}"] = parsed;
        }
    }
}
