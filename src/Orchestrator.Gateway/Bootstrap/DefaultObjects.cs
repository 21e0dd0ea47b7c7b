using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds.Services;

namespace Orchestrator.Gateway.Bootstrap;

/// <summary>What every cluster has besides its roles. Pure.</summary>
/// <remarks>Upstream: pkg/controlplane (system namespaces, the kubernetes Service) and pkg/registry/scheduling (priority classes).</remarks>
internal static class DefaultObjects
{
    private const string SchedulingGroup = "scheduling.k8s.io";
    private const string NetworkingGroup = "networking.k8s.io";

    /// <summary>The key of <see cref="ServiceRange"/>.</summary>
    public static readonly ObjectKey ServiceRangeKey = new(NetworkingGroup, "servicecidrs", "", "kubernetes");

    private static readonly string[] SystemNamespaces = ["default", "kube-system", "kube-public", "kube-node-lease"];

    /// <summary>The namespaces that cannot be deleted.</summary>
    public static IEnumerable<DefaultObject> Namespaces() =>
        SystemNamespaces.Select(name => Object(new ObjectKey("", "namespaces", "", name), "v1", "Namespace", []));

    /// <summary>The classes of pods that a cluster cannot do without.</summary>
    public static IEnumerable<DefaultObject> PriorityClasses() =>
    [
        PriorityClass("system-node-critical", 2_000_001_000, "Used for system critical pods that must not be moved from their current node."),
        PriorityClass("system-cluster-critical", 2_000_000_000,
            "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary."),
    ];

    /// <summary>The range of cluster IPs, as clients look it up.</summary>
    /// <remarks>Upstream: pkg/controlplane/controller/defaultservicecidr.</remarks>
    public static DefaultObject ServiceRange(ServiceAddresses addresses) => Object(
        ServiceRangeKey, NetworkingGroup + "/v1", "ServiceCIDR", new JsonObject { ["spec"] = new JsonObject { ["cidrs"] = new JsonArray(addresses.Cidr) } });

    /// <summary>What the server says of the range of cluster IPs once it is there, as a configuration to be applied; null when it says so already or
    /// when the range is another than this server's.</summary>
    /// <param name="stored">The ServiceCIDR as it stands.</param>
    /// <param name="addresses">The range that this server gives addresses from.</param>
    /// <param name="now">The time.</param>
    public static JsonObject? ServiceRangeStatus(JsonObject stored, ServiceAddresses addresses, DateTimeOffset now)
    {
        var isKnown = (stored["status"]?["conditions"] as JsonArray ?? []).Any(condition => (string?)condition?["type"] == "Ready" && (string?)condition["status"] != "Unknown");
        if (isKnown || stored["spec"]?["cidrs"] is not JsonArray { Count: 1 } ranges || (string?)ranges[0] != addresses.Cidr)
        {
            return null;
        }

        var document = Object(ServiceRangeKey, NetworkingGroup + "/v1", "ServiceCIDR", []).Document;
        document["status"] = new JsonObject
        {
            ["conditions"] = new JsonArray(new JsonObject
            {
                ["type"] = "Ready", ["status"] = "True", ["message"] = "Kubernetes default Service CIDR is ready", ["lastTransitionTime"] = ObjectFields.Time(now),
            }),
        };
        return document;
    }

    /// <summary>The Services of the API and of cluster DNS.</summary>
    /// <param name="addresses">The range of cluster IPs.</param>
    /// <param name="apiPort">The port at which the API listens.</param>
    public static IEnumerable<DefaultObject> Services(ServiceAddresses addresses, int apiPort) =>
    [
        Object(new ObjectKey("", "services", "default", "kubernetes"), "v1", "Service", new JsonObject
        {
            ["spec"] = new JsonObject
            {
                ["type"] = "ClusterIP",
                ["clusterIP"] = addresses.ApiServer,
                ["clusterIPs"] = new JsonArray(addresses.ApiServer),
                ["ipFamilies"] = new JsonArray("IPv4"),
                ["ipFamilyPolicy"] = "SingleStack",
                ["sessionAffinity"] = "None",
                ["ports"] = new JsonArray(Port("https", "TCP", 443, apiPort)),
            },
        }, ("component", "apiserver"), ("provider", "kubernetes")),

        // No selector: each node answers at this address itself, so there are no pods to point at.
        Object(new ObjectKey("", "services", "kube-system", "kube-dns"), "v1", "Service", new JsonObject
        {
            ["spec"] = new JsonObject
            {
                ["type"] = "ClusterIP",
                ["clusterIP"] = addresses.Dns,
                ["clusterIPs"] = new JsonArray(addresses.Dns),
                ["ipFamilies"] = new JsonArray("IPv4"),
                ["ipFamilyPolicy"] = "SingleStack",
                ["sessionAffinity"] = "None",
                ["ports"] = new JsonArray(Port("dns", "UDP", 53, 53), Port("dns-tcp", "TCP", 53, 53)),
            },
        }, ("k8s-app", "kube-dns"), ("kubernetes.io/cluster-service", "true"), ("kubernetes.io/name", "CoreDNS")),
    ];

    /// <summary>Where the API is reached: as EndpointSlice, and as Endpoints for old clients.</summary>
    public static IEnumerable<DefaultObject> ApiEndpoints(IReadOnlyList<string> servers, int apiPort) =>
    [
        Object(new ObjectKey("", "endpoints", "default", "kubernetes"), "v1", "Endpoints", new JsonObject
        {
            ["subsets"] = new JsonArray(new JsonObject
            {
                ["addresses"] = new JsonArray([.. servers.Select(server => new JsonObject { ["ip"] = server })]),
                ["ports"] = new JsonArray(new JsonObject { ["name"] = "https", ["port"] = apiPort, ["protocol"] = "TCP" }),
            }),
        }, ("endpointslice.kubernetes.io/skip-mirror", "true")),
        Object(new ObjectKey("discovery.k8s.io", "endpointslices", "default", "kubernetes"), "discovery.k8s.io/v1", "EndpointSlice", new JsonObject
        {
            ["addressType"] = "IPv4",
            ["endpoints"] = new JsonArray([.. servers.Select(server => new JsonObject
            {
                ["addresses"] = new JsonArray(server),
                ["conditions"] = new JsonObject { ["ready"] = true },
            })]),
            ["ports"] = new JsonArray(new JsonObject { ["name"] = "https", ["port"] = apiPort, ["protocol"] = "TCP" }),
        }, ("kubernetes.io/service-name", "kubernetes")),
    ];

    /// <summary>The addresses of a host at which others may reach it: IPv4, and neither loopback nor link-local.</summary>
    public static string? Reachable(IEnumerable<IPAddress> addresses) => addresses
        .Where(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address)
            && !address.ToString().StartsWith("169.254.", StringComparison.Ordinal) && !address.Equals(IPAddress.Any))
        .Select(address => address.ToString())
        .FirstOrDefault();

    private static DefaultObject PriorityClass(string name, int value, string description) => Object(
        new ObjectKey(SchedulingGroup, "priorityclasses", "", name), SchedulingGroup + "/v1", "PriorityClass",
        new JsonObject { ["value"] = value, ["description"] = description });

    private static JsonObject Port(string name, string protocol, int port, int target) =>
        new() { ["name"] = name, ["protocol"] = protocol, ["port"] = port, ["targetPort"] = target };

    private static DefaultObject Object(ObjectKey key, string apiVersion, string kind, JsonObject body, params (string Name, string Value)[] labels)
    {
        var metadata = new JsonObject { ["name"] = key.Name };
        if (key.Namespace.Length > 0)
        {
            metadata["namespace"] = key.Namespace;
        }

        if (labels.Length > 0)
        {
            metadata["labels"] = new JsonObject(labels.Select(label => KeyValuePair.Create<string, JsonNode?>(label.Name, label.Value)));
        }

        var document = new JsonObject { ["apiVersion"] = apiVersion, ["kind"] = kind, ["metadata"] = metadata };
        foreach (var (name, value) in body)
        {
            document[name] = value?.DeepClone();
        }

        return new DefaultObject(key, document);
    }
}
