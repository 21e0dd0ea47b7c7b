using k8s.Models;
using Orchestrator.AgentProtocol.Cri;

namespace Orchestrator.Agent.Pods;

/// <summary>How a pod resolves names. Pure.</summary>
/// <remarks>Upstream: pkg/kubelet/network/dns/dns.go.</remarks>
internal static class PodDns
{
    /// <summary>Resolvers read no more servers than this.</summary>
    private const int MostServers = 3;

    /// <summary>Upstream's bound of search domains.</summary>
    private const int MostSearches = 32;

    /// <summary>The pod's resolver configuration.</summary>
    public static DNSConfig Of(V1Pod pod, string clusterDns, string clusterDomain, DNSConfig host)
    {
        var config = (PolicyOf(pod), clusterDns.Length > 0) switch
        {
            ("None", _) => new DNSConfig(),
            ("ClusterFirst", true) => Cluster(pod, clusterDns, clusterDomain, host),
            _ => host.Clone(),
        };
        if (pod.Spec.DnsConfig is { } own)
        {
            Merge(config, own);
        }

        return Bounded(config);
    }

    /// <summary>Reads a resolv.conf.</summary>
    public static DNSConfig Read(string resolvConf)
    {
        var config = new DNSConfig();
        foreach (var line in resolvConf.Split('\n'))
        {
            var words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case ["nameserver", var server, ..]:
                    config.Servers.Add(server);
                    break;
                case ["search" or "domain", .. var searches]:
                    config.Searches.Clear();
                    config.Searches.Add(searches);
                    break;
                case ["options", .. var options]:
                    config.Options.Add(options);
                    break;
            }
        }

        return config;
    }

    private static string PolicyOf(V1Pod pod) => pod.Spec.DnsPolicy switch
    {
        "None" => "None",
        "Default" => "Default",
        "ClusterFirstWithHostNet" => "ClusterFirst",
        _ => pod.Spec.HostNetwork == true ? "Default" : "ClusterFirst",
    };

    private static DNSConfig Cluster(V1Pod pod, string clusterDns, string clusterDomain, DNSConfig host)
    {
        var config = new DNSConfig { Servers = { clusterDns }, Options = { "ndots:5" } };
        if (clusterDomain.Length > 0)
        {
            config.Searches.Add([$"{pod.Metadata.NamespaceProperty}.svc.{clusterDomain}", $"svc.{clusterDomain}", clusterDomain]);
        }

        config.Searches.Add(host.Searches.Where(search => search != "." && !config.Searches.Contains(search)).ToList());
        return config;
    }

    private static void Merge(DNSConfig config, V1PodDNSConfig own)
    {
        config.Servers.Add((own.Nameservers ?? []).Where(server => !config.Servers.Contains(server)).ToList());
        config.Searches.Add((own.Searches ?? []).Where(search => !config.Searches.Contains(search)).ToList());
        foreach (var option in own.Options ?? [])
        {
            foreach (var replaced in config.Options.Where(present => present.Split(':')[0] == option.Name).ToList())
            {
                config.Options.Remove(replaced);
            }

            config.Options.Add(string.IsNullOrEmpty(option.Value) ? option.Name : $"{option.Name}:{option.Value}");
        }
    }

    private static DNSConfig Bounded(DNSConfig config) => new()
    {
        Servers = { config.Servers.Take(MostServers) },
        Searches = { config.Searches.Take(MostSearches) },
        Options = { config.Options },
    };
}
