using System.Text.Json.Nodes;
using Orchestrator.Agent.Network;
using static Orchestrator.Agent.Network.NetworkMap;

namespace Orchestrator.Agent.Dns;

/// <summary>Answers for the cluster's domain from what the node knows of Services. Upstream: kubernetes/dns, docs/specification.md.</summary>
internal sealed class DnsZone(NetworkMap map, string domain)
{
    /// <summary>CoreDNS's default for cluster names: short, since endpoints change.</summary>
    public const uint TimeToLiveSeconds = 5;

    private static readonly DnsAnswer NoSuchName = new(DnsCode.NameError, []);

    /// <summary>The answer, or null when the name is not ours and somebody else must be asked.</summary>
    public DnsAnswer? Answer(DnsQuestion question)
    {
        if (question.Name.EndsWith(".in-addr.arpa", StringComparison.Ordinal))
        {
            return question.Type == DnsType.Ptr ? Reverse(question.Name) : null;
        }

        if (!question.Name.EndsWith("." + domain, StringComparison.Ordinal))
        {
            return question.Name == domain ? new DnsAnswer(DnsCode.NoError, []) : null;
        }

        var labels = question.Name[..^(domain.Length + 1)].Split('.');
        return labels switch
        {
            [var service, var ns, "svc"] => OfService(question, ns, service),
            [var port, var protocol, var service, var ns, "svc"] when port.StartsWith('_') => OfPort(question, ns, service, port[1..], protocol[1..]),
            [var host, var service, var ns, "svc"] => OfHost(question, ns, service, host),
            [var address, _, "pod"] => OfPod(question, address),
            _ => NoSuchName,
        };
    }

    private DnsAnswer OfService(DnsQuestion question, string ns, string name)
    {
        if (map.Service(ns, name) is not { } service)
        {
            return NoSuchName;
        }

        if (Text(service["spec"]?["type"]) == "ExternalName")
        {
            return new DnsAnswer(DnsCode.NoError, [new DnsRecord(question.Name, DnsType.CName, Text(service["spec"]?["externalName"]))]);
        }

        return Addresses(question, AddressesOf(service, ns, name));
    }

    private DnsAnswer OfHost(DnsQuestion question, string ns, string service, string host)
    {
        var addresses = Endpoints(ns, service).Where(endpoint => HostOf(endpoint) == host).Select(AddressOf).ToList();
        return addresses.Count == 0 ? NoSuchName : Addresses(question, addresses);
    }

    private DnsAnswer OfPort(DnsQuestion question, string ns, string name, string port, string protocol)
    {
        if (map.Service(ns, name) is not { } service)
        {
            return NoSuchName;
        }

        var found = (service["spec"]?["ports"] as JsonArray ?? []).OfType<JsonObject>().FirstOrDefault(candidate =>
            Text(candidate["name"]) == port && string.Equals(Text(candidate["protocol"]), protocol, StringComparison.OrdinalIgnoreCase));
        if (found is null)
        {
            return NoSuchName;
        }

        if (question.Type != DnsType.Srv)
        {
            return new DnsAnswer(DnsCode.NoError, []);
        }

        var serviceName = $"{name}.{ns}.svc.{domain}";
        return IsHeadless(service)
            ? new DnsAnswer(DnsCode.NoError, [.. HeadlessPorts(question.Name, serviceName, ns, name, port)])
            : new DnsAnswer(DnsCode.NoError, [new DnsRecord(question.Name, DnsType.Srv, serviceName, Number(found["port"]))]);
    }

    private IEnumerable<DnsRecord> HeadlessPorts(string question, string serviceName, string ns, string name, string port) =>
        from slice in map.SlicesOf(ns, name)
        from slicePort in (slice["ports"] as JsonArray ?? []).OfType<JsonObject>()
        where Text(slicePort["name"]) == port
        from endpoint in ReadyEndpoints(slice)
        select new DnsRecord(question, DnsType.Srv, $"{HostOf(endpoint)}.{serviceName}", Number(slicePort["port"]));

    private static DnsAnswer OfPod(DnsQuestion question, string dashed)
    {
        var address = dashed.Replace('-', '.');
        return System.Net.IPAddress.TryParse(address, out _) ? Addresses(question, [address]) : NoSuchName;
    }

    private DnsAnswer? Reverse(string name)
    {
        var address = string.Join('.', name[..^".in-addr.arpa".Length].Split('.').Reverse());
        var route = map.Routes().FirstOrDefault(route => route.ClusterIp == address);
        return route is null ? null : new DnsAnswer(DnsCode.NoError, [new DnsRecord(name, DnsType.Ptr, $"{route.Name}.{route.Namespace}.svc.{domain}")]);
    }

    private IEnumerable<string> AddressesOf(JsonObject service, string ns, string name) =>
        IsHeadless(service) ? Endpoints(ns, name).Select(AddressOf).Distinct(StringComparer.Ordinal) : [Text(service["spec"]?["clusterIP"])];

    private IEnumerable<JsonObject> Endpoints(string ns, string service) =>
        map.SlicesOf(ns, service).Where(slice => Text(slice["addressType"]) == "IPv4").SelectMany(ReadyEndpoints);

    private static bool IsHeadless(JsonObject service) => Text(service["spec"]?["clusterIP"]) == "None";

    private static string AddressOf(JsonObject endpoint) => Text((endpoint["addresses"] as JsonArray)?[0]);

    private static string HostOf(JsonObject endpoint) =>
        Text(endpoint["hostname"]) is { Length: > 0 } host ? host : AddressOf(endpoint).Replace('.', '-');

    private static DnsAnswer Addresses(DnsQuestion question, IEnumerable<string> addresses) => new(
        DnsCode.NoError,
        question.Type == DnsType.A ? [.. addresses.Where(address => address.Contains('.', StringComparison.Ordinal)).Select(address => new DnsRecord(question.Name, DnsType.A, address))] : []);
}
