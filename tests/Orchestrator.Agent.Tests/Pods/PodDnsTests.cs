using k8s.Models;
using Orchestrator.Agent.Pods;
using Orchestrator.AgentProtocol.Cri;
using Xunit;

namespace Orchestrator.Agent.Tests.Pods;

public sealed class PodDnsTests
{
    private static readonly DNSConfig Host = PodDns.Read("# comment\nnameserver 192.0.2.53\nsearch corp.example lan\noptions edns0 ndots:2\n");

    [Theory]
    [InlineData("ClusterFirst", false, "10.96.0.10 | shop.svc.cluster.local svc.cluster.local cluster.local corp.example lan | ndots:5")]
    [InlineData("ClusterFirst", true, "192.0.2.53 | corp.example lan | edns0 ndots:2")]
    [InlineData("ClusterFirstWithHostNet", true, "10.96.0.10 | shop.svc.cluster.local svc.cluster.local cluster.local corp.example lan | ndots:5")]
    [InlineData("Default", false, "192.0.2.53 | corp.example lan | edns0 ndots:2")]
    [InlineData("None", false, " |  | ")]
    public void The_policy_chooses(string policy, bool isHostNetwork, string expected) => Assert.Equal(expected, Text(Pod(policy, isHostNetwork, null)));

    [Fact]
    public void The_pod_s_own_configuration_is_added_and_its_options_win()
    {
        var own = new V1PodDNSConfig { Nameservers = ["1.1.1.1"], Searches = ["x"], Options = [new V1PodDNSConfigOption { Name = "ndots", Value = "1" }, new V1PodDNSConfigOption { Name = "debug" }] };
        Assert.Equal("192.0.2.53 1.1.1.1 | corp.example lan x | edns0 ndots:1 debug", Text(Pod("Default", false, own)));
    }

    [Fact]
    public void A_hosts_file_names_the_pod_and_its_aliases()
    {
        var pod = Pod("ClusterFirst", false, null);
        pod.Spec.Subdomain = "db";
        pod.Spec.HostAliases = [new V1HostAlias { Ip = "192.0.2.9", Hostnames = ["a", "b"] }];
        var text = HostsFile.Write(pod, ["10.42.0.7"], "cluster.local", "");
        Assert.Contains("10.42.0.7\tweb.db.shop.svc.cluster.local\tweb\n", text, StringComparison.Ordinal);
        Assert.Contains("192.0.2.9\ta\tb\n", text, StringComparison.Ordinal);
    }

    private static string Text(V1Pod pod)
    {
        var config = PodDns.Of(pod, "10.96.0.10", "cluster.local", Host);
        return $"{string.Join(' ', config.Servers)} | {string.Join(' ', config.Searches)} | {string.Join(' ', config.Options)}";
    }

    private static V1Pod Pod(string policy, bool isHostNetwork, V1PodDNSConfig? own) => new()
    {
        Metadata = new V1ObjectMeta { Name = "web", NamespaceProperty = "shop" },
        Spec = new V1PodSpec { DnsPolicy = policy, HostNetwork = isHostNetwork, DnsConfig = own, Containers = [] },
    };
}
