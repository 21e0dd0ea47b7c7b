using Orchestrator.Agent.Network;

namespace Orchestrator.Agent.Tests.Network;

public sealed class NftRulesetTests
{
    private static string Rules => NftRuleset.Write(Cluster.Addresses, Cluster.Map().Routes(), apiProxyPort: 6443, dnsPort: 53);

    [Theory]
    [InlineData("meta l4proto tcp dnat ip to numgen random mod 2 map { 0 : 10.42.3.7 . 8080, 1 : 10.42.4.9 . 8080 }")]
    [InlineData("type ipv4_addr . inet_proto . inet_service\n    elements = { 10.96.0.9 . tcp . 80 }")]
    [InlineData("elements = { tcp . 30080 : goto service-")]
    [InlineData("ip daddr 10.96.0.10 meta l4proto { tcp, udp } th dport 53 dnat ip to 10.42.3.1:53")]
    [InlineData("ip saddr { 10.42.3.7, 10.42.4.9 } meta mark set meta mark or 0x4000")]
    public void A_rule_is_written_for(string rule) => Assert.Contains(rule, Rules, StringComparison.Ordinal);

    [Fact]
    public void A_pod_that_is_not_ready_gets_no_traffic() => Assert.DoesNotContain("10.42.3.8", Rules, StringComparison.Ordinal);

    [Fact]
    public void Headless_services_have_no_rules() => Assert.DoesNotContain("5432", Rules, StringComparison.Ordinal);

    [Fact]
    public void The_api_is_reached_through_the_nodes_own_proxy() =>
        Assert.Contains("map { 0 : 10.42.3.1 . 6443 }", Rules, StringComparison.Ordinal);

    [Fact]
    public void A_removed_service_leaves_the_rules()
    {
        var map = Cluster.Map();
        map.Apply(Cluster.State([], [], removed: "/services/default/web"));
        Assert.DoesNotContain("10.96.0.5", NftRuleset.Write(Cluster.Addresses, map.Routes(), 6443, 53), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_services_give_the_same_rules() => Assert.Equal(Rules, Rules);
}
