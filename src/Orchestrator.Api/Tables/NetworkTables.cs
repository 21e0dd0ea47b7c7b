using static Orchestrator.Api.Tables.KindTable;

namespace Orchestrator.Api.Tables;

/// <summary>The kinds that route traffic.</summary>
internal static class NetworkTables
{
    internal static readonly KindTable Services = new(
        [
            Name, Text("Type", "How the service is reached."), Text("Cluster-IP", "Its address inside the cluster."),
            Text("External-IP", "Its addresses outside the cluster."), Text("Port(s)", "Its ports."), Age, Wide("Selector", "Which pods it leads to."),
        ],
        o =>
        [
            o.Name, o.Text("spec.type"), o.Texts("spec.clusterIPs").FirstOrDefault(o.Text("spec.clusterIP", PrintedObject.None)), ExternalIp(o), Ports(o),
            o.Age, o.Labels("spec.selector"),
        ]);

    internal static readonly KindTable Endpoints = new(
        [Name, Text("Endpoints", "The addresses behind the service."), Age],
        o => [o.Name, o.Count("subsets") == 0 ? PrintedObject.None : PrintedObject.FirstOf(SubsetAddresses(o), 3, ",", ""), o.Age]);

    internal static readonly KindTable EndpointSlices = new(
        [Name, Text("AddressType", "What the addresses are."), Text("Ports", "The ports."), Text("Endpoints", "The addresses."), Age],
        o =>
        [
            o.Name, o.Text("addressType"),
            PrintedObject.FirstOf(o.Items("ports").Select(port => port.Text("port", port.Text("name", "*"))), 3, ",", PrintedObject.Unset),
            PrintedObject.FirstOf(o.Items("endpoints").SelectMany(endpoint => endpoint.Texts("addresses")), 3, ",", PrintedObject.Unset), o.Age,
        ]);

    internal static readonly KindTable Ingresses = new(
        [
            Name, Text("Class", "The name of the IngressClass resource that should be used for additional configuration"),
            Text("Hosts", "Hosts that incoming requests are matched against before the ingress rule"),
            Text("Address", "Address is a list containing ingress points for the load-balancer"), Text("Ports", "Ports of TLS configurations that open"), Age,
        ],
        o =>
        [
            o.Name, o.Text("spec.ingressClassName", PrintedObject.None),
            Hosts(o), LoadBalancer(o), o.Count("spec.tls") > 0 ? "80, 443" : "80", o.Age,
        ]);

    internal static readonly KindTable IngressClasses = new(
        [
            Name, Text("Controller", "Controller that is responsible for handling this class"),
            Text("Parameters", "A reference to a resource with additional parameters"), Age,
        ],
        o => [o.Name, o.Text("spec.controller"), Parameters(o), o.Age]);

    internal static readonly KindTable NetworkPolicies = new(
        [Name, Text("Pod-Selector", "Which pods the policy is about."), Age],
        o => [o.Name, o.Selector("spec.podSelector"), o.Age]);

    internal static readonly KindTable IpAddresses = new(
        [Name, Text("ParentRef", "What the address belongs to.")],
        o => [o.Name, Parent(o)]);

    internal static readonly KindTable ServiceCidrs = new(
        [Name, Text("CIDRs", "The ranges that addresses are taken from."), Age],
        o => [o.Name, string.Join(',', o.Texts("spec.cidrs")), o.Age]);

    /// <summary>The first hosts of an Ingress; how many more there are is counted in rules, with a host or without.</summary>
    /// <remarks>Upstream: formatHosts in pkg/printers/internalversion/printers.go.</remarks>
    private static string Hosts(PrintedObject o)
    {
        const int max = 3;
        var rules = o.Items("spec.rules").ToList();
        var hosts = new List<string>();
        foreach (var host in rules.Select(rule => rule.Text("host")))
        {
            if (hosts.Count == max)
            {
                return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{string.Join(',', hosts)} + {rules.Count - max} more...");
            }

            if (host.Length > 0)
            {
                hosts.Add(host);
            }
        }

        return hosts.Count == 0 ? "*" : string.Join(',', hosts);
    }

    private static string Parent(PrintedObject address)
    {
        if (!address.Has("spec.parentRef"))
        {
            return PrintedObject.None;
        }

        var group = address.Text("spec.parentRef.group");
        var resource = (address.Text("spec.parentRef.resource") + (group.Length > 0 ? "." + group : "")).ToLowerInvariant();
        string[] parts = [resource, address.Text("spec.parentRef.namespace"), address.Text("spec.parentRef.name")];
        return string.Join('/', parts.Where((part, i) => i != 1 || part.Length > 0));
    }

    private static string ExternalIp(PrintedObject service)
    {
        var external = string.Join(',', service.Texts("spec.externalIPs"));
        switch (service.Text("spec.type"))
        {
            case "ClusterIP" or "NodePort":
                return external.Length > 0 ? external : PrintedObject.None;
            case "LoadBalancer":
                var balancer = LoadBalancer(service);
                return (balancer.Length, external.Length) switch
                {
                    (0, 0) => "<pending>",
                    (_, 0) => balancer,
                    (0, _) => external,
                    _ => balancer + "," + external,
                };
            case "ExternalName":
                return service.Text("spec.externalName");
            default:
                return PrintedObject.Unknown;
        }
    }

    private static string Ports(PrintedObject service)
    {
        var ports = service.Items("spec.ports").Select(port =>
            port.Text("port") + (port.Number("nodePort") > 0 ? ":" + port.Text("nodePort") : "") + "/" + port.Text("protocol", "TCP"));
        return string.Join(',', ports) is { Length: > 0 } text ? text : PrintedObject.None;
    }

    private static string LoadBalancer(PrintedObject o) =>
        string.Join(',', o.Items("status.loadBalancer.ingress").Select(point => point.Text("ip", point.Text("hostname"))).Where(text => text.Length > 0)
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

    private static IEnumerable<string> SubsetAddresses(PrintedObject endpoints)
    {
        foreach (var subset in endpoints.Items("subsets"))
        {
            var addresses = subset.Items("addresses").Select(address => address.Text("ip")).ToList();
            var ports = subset.Items("ports").Select(port => port.Text("port")).ToList();
            var texts = ports.Count == 0
                ? addresses
                : ports.SelectMany(port => addresses.Select(address => address.Contains(':', StringComparison.Ordinal) ? $"[{address}]:{port}" : $"{address}:{port}"));
            foreach (var text in texts)
            {
                yield return text;
            }
        }
    }

    private static string Parameters(PrintedObject o)
    {
        if (!o.Has("spec.parameters"))
        {
            return PrintedObject.None;
        }

        var group = o.Text("spec.parameters.apiGroup");
        return o.Text("spec.parameters.kind") + (group.Length > 0 ? "." + group : "") + "/" + o.Text("spec.parameters.name");
    }
}
