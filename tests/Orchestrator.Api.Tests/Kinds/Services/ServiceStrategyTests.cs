using Orchestrator.Api.Kinds.Services;
using Xunit;
using static Orchestrator.Api.Tests.Kinds.KindCase;

namespace Orchestrator.Api.Tests.Kinds.Services;

public sealed class ServiceStrategyTests
{
    [Theory]
    [InlineData("""{"selector":{"a":"b"},"ports":[{"port":80,"targetPort":"http"}]}""",
        """{"internalTrafficPolicy":"Cluster","ports":[{"port":80,"protocol":"TCP","targetPort":"http"}],"selector":{"a":"b"},"sessionAffinity":"None","type":"ClusterIP"}""")]
    [InlineData("""{"type":"LoadBalancer","ports":[{"port":80}]}""",
        """{"allocateLoadBalancerNodePorts":true,"externalTrafficPolicy":"Cluster","internalTrafficPolicy":"Cluster","ports":[{"port":80,"protocol":"TCP","targetPort":80}],"sessionAffinity":"None","type":"LoadBalancer"}""")]
    [InlineData("""{"type":"ExternalName","externalName":"example.org"}""", """{"externalName":"example.org","sessionAffinity":"None","type":"ExternalName"}""")]
    [InlineData("""{"sessionAffinity":"ClientIP","ports":[{"port":80}]}""",
        """{"internalTrafficPolicy":"Cluster","ports":[{"port":80,"protocol":"TCP","targetPort":80}],"sessionAffinity":"ClientIP","sessionAffinityConfig":{"clientIP":{"timeoutSeconds":10800}},"type":"ClusterIP"}""")]
    public void Service_gets_its_defaults(string spec, string expected)
    {
        var service = Created(Strategy("", "services"), $$"""{"metadata":{"name":"svc"},"spec":{{spec}}}""");
        AssertSame(expected, service["spec"]);
        AssertSame("""{"loadBalancer":{}}""", service["status"]);
    }

    [Theory]
    [InlineData("""{"selector":{"a":"b"}}""", "spec.ports: Required value")]
    [InlineData("""{"type":"Wormhole","ports":[{"port":80}]}""", "spec.type: Unsupported value: \"Wormhole\": supported values: \"ClusterIP\", \"ExternalName\", \"LoadBalancer\", \"NodePort\"")]
    [InlineData("""{"ports":[{"port":80},{"port":81}]}""", "spec.ports[0].name: Required value|spec.ports[1].name: Required value")]
    [InlineData("""{"ports":[{"port":80,"nodePort":30000}]}""", "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'")]
    [InlineData("""{"type":"ExternalName"}""", "spec.externalName: Required value")]
    [InlineData("""{"clusterIP":"None"}""", "")]
    [InlineData("""{"clusterIP":"x","clusterIPs":["x"],"ports":[{"port":0}]}""", "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive|spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive|spec.clusterIPs[0]: Invalid value: \"x\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")]
    public void Faults_are_named_in_the_words_of_a_real_server(string spec, string expected) =>
        AssertFaults(expected, Faults(Strategy("", "services"), $$"""{"metadata":{"name":"bad"},"spec":{{spec}}}"""));

    [Fact]
    public void Cluster_ip_stays() => AssertFaults("spec.clusterIPs[0]: Invalid value: [\"10.96.77.77\"]: may not change once set",
        UpdateFaults(Strategy("", "services"),
            """{"spec":{"clusterIP":"10.96.1.1","clusterIPs":["10.96.1.1"],"ports":[{"port":80}]}}""",
            """{"spec":{"clusterIP":"10.96.77.77","clusterIPs":["10.96.77.77"],"ports":[{"port":80}]}}"""));

    [Fact]
    public void Every_address_of_the_range_is_given_once_and_the_reserved_ones_never()
    {
        var addresses = new ServiceAddresses("10.0.0.0/26");
        var used = new HashSet<string>();
        while (addresses.Choose(used, new Guid("11111111-2222-3333-4444-555555555555")) is { } free)
        {
            Assert.True(used.Add(free) && addresses.Contains(free));
        }

        Assert.Equal(64 - 4, used.Count);
        Assert.DoesNotContain(addresses.ApiServer, used);
        Assert.DoesNotContain(addresses.Dns, used);
        Assert.Equal(("10.0.0.1", "10.0.0.10"), (addresses.ApiServer, addresses.Dns));
    }

    [Theory]
    [InlineData("10.96.0.1", true)]
    [InlineData("10.96.0.0", false)]
    [InlineData("10.96.255.255", false)]
    [InlineData("10.97.0.1", false)]
    [InlineData("fd00::1", false)]
    public void Range_knows_its_addresses(string address, bool contained) => Assert.Equal(contained, new ServiceAddresses().Contains(address));

    [Theory]
    [InlineData("10.96.0.0")]
    [InlineData("10.96.0.0/30")]
    [InlineData("fd00::/108")]
    public void Range_that_is_none_is_refused(string cidr) => Assert.Throws<FormatException>(() => new ServiceAddresses(cidr));
}
