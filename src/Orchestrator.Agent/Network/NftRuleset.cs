using System.Globalization;
using System.Text;

namespace Orchestrator.Agent.Network;

/// <summary>Writes the node's nftables rules: a table of our own, replaced as a whole in one transaction.</summary>
/// <remarks>
/// A Service's port is a map entry that leads to a chain, and the chain picks a backend by chance; so a packet is looked up once, however
/// many Services there are. Upstream: kube-proxy's nftables mode works alike.
/// </remarks>
internal static class NftRuleset
{
    /// <summary>Traffic that must come back through this node carries this mark. Upstream: kube-proxy's masquerade bit.</summary>
    private const string MasqueradeMark = "0x4000";

    /// <summary>The rules for these routes.</summary>
    public static string Write(NodeAddresses at, IReadOnlyList<ServiceRoute> routes, int apiProxyPort, int dnsPort)
    {
        var effective = routes.Select(route => ToOwnApiProxy(route, at, apiProxyPort)).ToList();
        var text = new StringBuilder();
        // "add" makes the "delete" succeed when there is no table yet.
        text.Append(CultureInfo.InvariantCulture, $"add table ip {at.Bridge}\ndelete table ip {at.Bridge}\ntable ip {at.Bridge} {{\n");
        WriteMaps(text, effective);
        for (var i = 0; i < effective.Count; i++)
        {
            WriteServiceChain(text, effective[i], i);
        }

        WriteHooks(text, at, dnsPort);
        text.Append("}\n");
        return text.ToString();
    }

    /// <summary>The API answers pods through the node's own proxy, which knows where a live server is.</summary>
    private static ServiceRoute ToOwnApiProxy(ServiceRoute route, NodeAddresses at, int apiProxyPort) =>
        route is { Namespace: "default", Name: "kubernetes" } ? route with { Backends = [new Backend(at.Gateway, apiProxyPort)] } : route;

    private static void WriteMaps(StringBuilder text, List<ServiceRoute> routes)
    {
        WriteMap(text, "map services", "ipv4_addr . inet_proto . inet_service : verdict", Entries(
            routes, route => route.Backends.Count > 0, (route, i) => Invariant($"{route.ClusterIp} . {route.Protocol} . {route.Port} : goto service-{i}")));
        WriteMap(text, "map node-ports", "inet_proto . inet_service : verdict", Entries(
            routes, route => route.NodePort > 0 && route.Backends.Count > 0, (route, i) => Invariant($"{route.Protocol} . {route.NodePort} : goto service-{i}")));
        WriteMap(text, "set without-endpoints", "ipv4_addr . inet_proto . inet_service", Entries(
            routes, route => route.Backends.Count == 0, (route, _) => Invariant($"{route.ClusterIp} . {route.Protocol} . {route.Port}")));
    }

    private static IEnumerable<string> Entries(List<ServiceRoute> routes, Func<ServiceRoute, bool> wanted, Func<ServiceRoute, int, string> write) =>
        routes.Select((route, i) => (route, i)).Where(pair => wanted(pair.route)).Select(pair => write(pair.route, pair.i)).Distinct(StringComparer.Ordinal);

    private static void WriteMap(StringBuilder text, string name, string type, IEnumerable<string> entries)
    {
        text.Append(CultureInfo.InvariantCulture, $"  {name} {{\n    type {type}\n");
        var all = string.Join(", ", entries);
        if (all.Length > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"    elements = {{ {all} }}\n");
        }

        text.Append("  }\n");
    }

    private static void WriteServiceChain(StringBuilder text, ServiceRoute route, int index)
    {
        if (route.Backends.Count == 0)
        {
            return;
        }

        text.Append(CultureInfo.InvariantCulture, $"  chain service-{index} {{\n");
        // A pod that reaches itself through its Service must see an answer from the Service: masquerade it.
        var backends = string.Join(", ", route.Backends.Select(backend => backend.Address).Distinct(StringComparer.Ordinal));
        text.Append(CultureInfo.InvariantCulture, $"    ip saddr {{ {backends} }} meta mark set meta mark or {MasqueradeMark}\n");
        var pick = route.StickyClients
            ? Invariant($"jhash ip saddr mod {route.Backends.Count}")
            : Invariant($"numgen random mod {route.Backends.Count}");
        var targets = string.Join(", ", route.Backends.Select((backend, i) => Invariant($"{i} : {backend.Address} . {backend.Port}")));
        text.Append(CultureInfo.InvariantCulture, $"    meta l4proto {route.Protocol} dnat ip to {pick} map {{ {targets} }}\n  }}\n");
    }

    private static void WriteHooks(StringBuilder text, NodeAddresses at, int dnsPort) => text.Append(CultureInfo.InvariantCulture, $$"""
          chain to-services {
            ip daddr {{at.ClusterDns}} meta l4proto { tcp, udp } th dport 53 dnat ip to {{at.Gateway}}:{{dnsPort}}
            ip daddr . meta l4proto . th dport vmap @services
            fib daddr type local ip daddr != 127.0.0.0/8 meta mark set meta mark or {{MasqueradeMark}} meta l4proto . th dport vmap @node-ports
          }
          chain prerouting {
            type nat hook prerouting priority dstnat; policy accept;
            jump to-services
          }
          chain output {
            type nat hook output priority -100; policy accept;
            jump to-services
          }
          chain postrouting {
            type nat hook postrouting priority srcnat; policy accept;
            meta mark and {{MasqueradeMark}} == {{MasqueradeMark}} masquerade
            ip saddr {{at.PodCidr}} ip daddr != {{at.ClusterCidr}} oifname != "{{at.Bridge}}" masquerade
          }
          chain refuse {
            ip daddr . meta l4proto . th dport @without-endpoints reject
          }
          chain forward {
            type filter hook forward priority filter; policy accept;
            ct state new jump refuse
          }
          chain local-output {
            type filter hook output priority filter; policy accept;
            ct state new jump refuse
          }

        """);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
