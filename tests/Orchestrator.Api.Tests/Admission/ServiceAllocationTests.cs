using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orchestrator.Api.Admission;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
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

    [Fact]
    public void What_a_service_gets_is_claimed_in_its_commit()
    {
        var attributes = Attributes("""{"type":"NodePort","clusterIP":"10.96.3.3","clusterIPs":["10.96.3.3"],"ports":[{"port":80,"nodePort":30200},{"port":81,"nodePort":30200}]}""", old: null);
        Assert.Null(Plugin.Validate(attributes));
        Assert.Equal(["networking.k8s.io/ipaddresses//10.96.3.3", "orchestrator/nodeports//30200"], attributes.Companions.Select(claim => claim.Key.ToString()));
        Assert.All(attributes.Companions, claim => Assert.True(claim is { Removes: false, IsCharge: false } && claim.Expected == Revision.None));
        var address = JsonNode.Parse(attributes.Companions[0].Document.Span)!;
        AssertSame("""{"parentRef":{"name":"svc","namespace":"ns","resource":"services"}}""", address["spec"]);
        AssertSame("""{"ipaddress.kubernetes.io/ip-family":"IPv4","ipaddress.kubernetes.io/managed-by":"ipallocator.k8s.io"}""", address["metadata"]!["labels"]);
        Assert.Equal("kube-apiserver", (string?)address["metadata"]!["managedFields"]![0]!["manager"]);
    }

    [Theory]
    // Nothing changes, and all is claimed.
    [InlineData("""{"type":"NodePort","clusterIPs":["10.96.3.3"],"ports":[{"nodePort":30200}]}""", "")]
    // The port is given back, or another is taken.
    [InlineData("""{"type":"ClusterIP","clusterIPs":["10.96.3.3"],"ports":[{"port":80}]}""", "-30200")]
    [InlineData("""{"type":"NodePort","clusterIPs":["10.96.3.3"],"ports":[{"nodePort":30201}]}""", "+30201 -30200")]
    [InlineData("""{"type":"ExternalName"}""", "-10.96.3.3 -30200")]
    // The claim of the health check's port is missing, as in a cluster of before there were claims.
    [InlineData("""{"type":"LoadBalancer","clusterIPs":["10.96.3.3"],"healthCheckNodePort":30300,"ports":[{"nodePort":30200}]}""", "+30300")]
    public void Claims_follow_what_a_service_has(string spec, string expected)
    {
        var at = KindCase.At(Claim("networking.k8s.io", "ipaddresses", "10.96.3.3", "svc"), Claim("orchestrator", "nodeports", "30200", "svc"));
        var attributes = AdmissionCase.Attributes("", "services", "svc", $$$"""{"metadata":{"name":"svc"},"spec":{{{spec}}}}""",
            """{"spec":{"type":"NodePort","clusterIPs":["10.96.3.3"],"ports":[{"nodePort":30200}]}}""", at);
        Assert.Null(Plugin.Validate(attributes));
        Assert.Equal(expected, string.Join(' ', attributes.Companions.Select(claim => (claim.Removes ? "-" : "+") + claim.Key.Name)));
        Assert.All(attributes.Companions, claim => Assert.Equal(claim.Removes ? new Revision(1) : Revision.None, claim.Expected));
    }

    [Fact]
    public void A_claim_whose_service_lost_the_value_is_taken_over_and_one_that_a_user_made_keeps_its_address()
    {
        var left = Claim("networking.k8s.io", "ipaddresses", "10.96.3.3", "gone", ""","labels":{"ipaddress.kubernetes.io/managed-by":"ipallocator.k8s.io"}""");
        var at = KindCase.At(left, Claim("orchestrator", "nodeports", "30200", "gone"), Claim("networking.k8s.io", "ipaddresses", "10.96.4.4", "gone"));
        const string Taken = """{"metadata":{"name":"svc"},"spec":{"type":"NodePort","clusterIP":"10.96.3.3","ports":[{"port":80,"nodePort":30200}]}}""";
        var attributes = AdmissionCase.Attributes("", "services", "svc", Taken, null, at);
        Assert.Null(Plugin.Admit(attributes));
        Assert.Null(Plugin.Validate(attributes));
        Assert.Equal(2, attributes.Companions.Count);
        Assert.All(attributes.Companions, claim => Assert.Equal((new Revision(1), false), (claim.Expected, claim.Removes)));

        attributes = AdmissionCase.Attributes("", "services", "svc", Taken.Replace("10.96.3.3", "10.96.4.4", StringComparison.Ordinal), null, at);
        Assert.Contains("10.96.4.4: provided IP is already allocated", Plugin.Admit(attributes)?.Message, StringComparison.Ordinal);
    }

    /// <summary>The view moves on while a decision is made: what was free when it was chosen may be claimed when that is written down.</summary>
    [Fact]
    public void A_claim_that_came_meanwhile_is_not_taken_over()
    {
        var at = KindCase.At(Other, Claim("networking.k8s.io", "ipaddresses", "10.96.9.9", "other"), Claim("orchestrator", "nodeports", "30123", "other"));
        var attributes = AdmissionCase.Attributes(
            "", "services", "svc", """{"metadata":{"name":"svc"},"spec":{"type":"NodePort","clusterIPs":["10.96.9.9"],"ports":[{"nodePort":30123}]}}""", null, at);
        Assert.Null(Plugin.Validate(attributes));
        Assert.Equal(["10.96.9.9", "30123"], attributes.Companions.Select(claim => claim.Key.Name));
        Assert.All(attributes.Companions, claim => Assert.Equal(Revision.None, claim.Expected));
    }

    [Fact]
    public void A_service_that_goes_gives_its_claims_back_and_a_finalizer_keeps_its_address()
    {
        var at = KindCase.At(
            Claim("networking.k8s.io", "ipaddresses", "10.96.3.3", "svc", ""","finalizers":["example.org/hold"]"""), Claim("orchestrator", "nodeports", "30200", "svc"));
        var released = Strategy("", "services").Released(
            new ObjectKey("", "services", "ns", "svc"), Json("""{"spec":{"clusterIPs":["10.96.3.3"],"ports":[{"nodePort":30200},{"nodePort":30999}]}}"""), at).ToList();
        Assert.Equal([("10.96.3.3", false), ("30200", true)], released.Select(claim => (claim.Key.Name, claim.Removes)));
        Assert.NotNull(JsonNode.Parse(released[0].Document.Span)!["metadata"]!["deletionTimestamp"]);
    }

    [Fact]
    public void A_load_balancer_that_must_know_its_nodes_gets_a_port_for_it_and_keeps_it()
    {
        const string Local = """{"type":"LoadBalancer","externalTrafficPolicy":"Local","clusterIP":"10.96.3.3","clusterIPs":["10.96.3.3"],"ports":[]}""";
        var spec = Allocate(Local);
        var port = spec["healthCheckNodePort"]!.GetValue<int>();
        Assert.InRange(port, 30000, 32767);
        Assert.Equal(port, Allocate(Local, spec.ToJsonString())["healthCheckNodePort"]!.GetValue<int>());
        Assert.Null(Allocate(spec.ToJsonString().Replace("Local", "Cluster", StringComparison.Ordinal), spec.ToJsonString())["healthCheckNodePort"]);
        var status = Plugin.Admit(Attributes(Local.Replace("\"ports\":[]", "\"ports\":[],\"healthCheckNodePort\":30123", StringComparison.Ordinal), old: null));
        Assert.Equal("Internal error occurred: failed to allocate requested HealthCheck NodePort 30123: provided port is already allocated", status?.Message);
    }

    private static (ObjectKey, string) Claim(string group, string resource, string name, string service, string metadata = "") => (
        new ObjectKey(group, resource, "", name),
        $$$$"""{"metadata":{"name":"{{{{name}}}}"{{{{metadata}}}}},"spec":{"parentRef":{"resource":"services","namespace":"ns","name":"{{{{service}}}}"}}}""");

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
        "", "services", "svc", $$$"""{"metadata":{"name":"svc"},"spec":{{{spec}}}}""", old is null ? null : $$$"""{"spec":{{{old}}}}""", KindCase.At(Other));
}
