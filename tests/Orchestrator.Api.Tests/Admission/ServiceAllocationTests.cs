using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orchestrator.Api.Admission;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds.Services;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Tests.Kinds;
using Xunit;
using static Orchestrator.Api.Tests.Kinds.KindCase;

namespace Orchestrator.Api.Tests.Admission;

public sealed class ServiceAllocationTests
{
    private static readonly ServiceAddresses Addresses = new("10.96.0.0/16");
    private static readonly IAdmissionPlugin Plugin = AdmissionPlugins.For(Addresses).Single(plugin => plugin.Name == "ServiceAllocation");
    private static readonly (ObjectKey, string) Other = (new ObjectKey("", "services", "ns", "other"),
        """{"spec":{"clusterIPs":["10.96.9.9"],"ports":[{"nodePort":30123}]}}""");

    [Fact]
    public void Service_gets_an_address_and_a_family()
    {
        var spec = Allocate("""{"type":"ClusterIP","ports":[{"port":80}]}""");
        Assert.True(Addresses.Contains(spec["clusterIP"]!.GetValue<string>()));
        AssertSame($"""["{spec["clusterIP"]}"]""", spec["clusterIPs"]);
        AssertSame("""["IPv4"]""", spec["ipFamilies"]);
        Assert.Equal("SingleStack", spec["ipFamilyPolicy"]!.GetValue<string>());
    }

    [Fact]
    public void Headless_service_gets_none() => AssertSame(
        """{"type":"ClusterIP","clusterIP":"None","clusterIPs":["None"],"selector":{"a":"b"},"ipFamilyPolicy":"SingleStack","ipFamilies":["IPv4"]}""",
        Allocate("""{"type":"ClusterIP","clusterIP":"None","selector":{"a":"b"}}"""));

    [Fact]
    public void Node_ports_are_free_and_differ()
    {
        var ports = Allocate("""{"type":"NodePort","ports":[{"port":80,"protocol":"TCP"},{"port":81,"protocol":"TCP"},{"port":80,"protocol":"UDP"}]}""")["ports"]!;
        var numbers = Enumerable.Range(0, 3).Select(i => ports[i]!["nodePort"]!.GetValue<long>()).ToList();
        Assert.All(numbers, number => Assert.InRange(number, 30000, 32767));
        Assert.Equal(numbers[0], numbers[2]);
        Assert.NotEqual(numbers[0], numbers[1]);
    }

    [Theory]
    [InlineData("""{"type":"ClusterIP","clusterIP":"1.2.3.4"}""", "spec.clusterIPs: Invalid value: [\"1.2.3.4\"]: failed to allocate IP 1.2.3.4: the provided network does not match the current range")]
    [InlineData("""{"type":"ClusterIP","clusterIP":"10.96.9.9"}""", "spec.clusterIPs: Invalid value: [\"10.96.9.9\"]: failed to allocate IP 10.96.9.9: provided IP is already allocated")]
    [InlineData("""{"type":"NodePort","ports":[{"port":80,"nodePort":30123}]}""", "spec.ports[0].nodePort: Invalid value: 30123: provided port is already allocated")]
    [InlineData("""{"type":"NodePort","ports":[{"port":80,"nodePort":80}]}""", "spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767")]
    [InlineData("""{"type":"ClusterIP","ipFamilyPolicy":"RequireDualStack","selector":{"a":"b"}}""", "spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": this cluster is not configured for dual-stack services")]
    public void What_cannot_be_given_is_refused(string spec, string expected)
    {
        var status = Plugin.Admit(Attributes(spec, old: null));
        Assert.Equal($"Service \"svc\" is invalid: {expected}", status?.Message);
    }

    [Fact]
    public void Another_address_than_the_one_given_is_left_to_validation() => Assert.Null(Plugin.Admit(Attributes(
        """{"type":"ClusterIP","clusterIP":"1.2.3.4"}""", """{"type":"ClusterIP","clusterIP":"10.96.3.3","clusterIPs":["10.96.3.3"]}""")));

    [Fact]
    public void Replaced_service_keeps_what_it_does_not_mention() => AssertSame(
        """{"type":"NodePort","ports":[{"port":80,"protocol":"TCP","nodePort":30200}],"clusterIP":"10.96.3.3","clusterIPs":["10.96.3.3"],"ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack"}""",
        Allocate("""{"type":"NodePort","ports":[{"port":80,"protocol":"TCP"}]}""",
            """{"type":"NodePort","ports":[{"port":80,"protocol":"TCP","nodePort":30200}],"clusterIP":"10.96.3.3","clusterIPs":["10.96.3.3"],"ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack"}"""));

    [Fact]
    public void Service_that_becomes_an_external_name_gives_back_its_address() => AssertSame(
        """{"type":"ExternalName","externalName":"example.org"}""",
        Allocate("""{"type":"ExternalName","externalName":"example.org","clusterIP":"10.96.3.3","clusterIPs":["10.96.3.3"],"ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack"}""",
            """{"type":"ClusterIP","clusterIP":"10.96.3.3","clusterIPs":["10.96.3.3"],"ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack"}"""));

    [Theory]
    [InlineData("""{"type":"ClusterIP"}""", false, "Invalid value: [\"\"]: failed to allocate IP: IPAddress.networking.k8s.io \"A\" is invalid: spec.parentRef.name: Required value")]
    [InlineData("""{"type":"ClusterIP","clusterIP":"10.96.3.3"}""", false,
        "Invalid value: [\"A\"]: failed to allocate IP A: IPAddress.networking.k8s.io \"A\" is invalid: spec.parentRef.name: Required value")]
    [InlineData("""{"type":"ClusterIP"}""", true, null)]
    [InlineData("""{"type":"ClusterIP","clusterIP":"None"}""", false, null)]
    [InlineData("""{"type":"ExternalName","externalName":"example.org"}""", false, null)]
    public void Service_without_a_name_has_nothing_to_claim_an_address_with(string spec, bool dryRun, string? expected)
    {
        var attributes = Attributes(spec, old: null) with { Key = new ObjectKey("", "services", "ns", ""), Options = new WriteOptions { User = "alice", DryRun = dryRun } };

        var message = Plugin.Admit(attributes)?.Message;

        Assert.Equal(expected is null ? null : "Service \"\" is invalid: spec.clusterIPs: " + expected, message is null ? null : Regex.Replace(message, @"\b10\.96\.\d+\.\d+\b", "A"));
    }

    private static JsonNode Allocate(string spec, string? old = null)
    {
        var attributes = Attributes(spec, old);
        Assert.Null(Plugin.Admit(attributes));
        return attributes.Object!["spec"]!;
    }

    private static AdmissionAttributes Attributes(string spec, string? old) => AdmissionCase.Attributes(
        "", "services", "svc", $$"""{"metadata":{"name":"svc"},"spec":{{spec}}}""", old is null ? null : $$"""{"spec":{{old}}}""", KindCase.At(Other));
}
