using Xunit;
using static Orchestrator.Api.Tests.Kinds.KindCase;

namespace Orchestrator.Api.Tests.Kinds.IPAddresses;

public sealed class IPAddressStrategyTests
{
    [Theory]
    [InlineData("10.0.0.1", "")]
    [InlineData("2001:db8::1", "")]
    [InlineData("ten", "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")]
    [InlineData("2001:DB8:0::1", "must be in canonical form (\"2001:db8::1\")")]
    [InlineData("::ffff:10.0.0.1", "must not be an IPv4-mapped IPv6 address")]
    public void Its_name_is_the_address(string name, string expected) =>
        Assert.Equal(expected, string.Join('|', Strategy("networking.k8s.io", "ipaddresses").NameErrors(name, prefix: false)));

    [Theory]
    [InlineData("""{"parentRef":{"resource":"services","namespace":"a","name":"b"}}""", "")]
    [InlineData("""{"parentRef":{"group":"Apps","namespace":"a/b"}}""", "spec.parentRef.group: Invalid value: \"Apps\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')|spec.parentRef.resource: Required value|spec.parentRef.name: Required value|spec.parentRef.namespace: Invalid value: \"a/b\": may not contain '/'")]
    [InlineData("{}", "spec.parentRef: Required value")]
    public void It_says_whose_it_is(string spec, string expected) =>
        AssertFaults(expected, Faults(Strategy("networking.k8s.io", "ipaddresses"), $$$"""{"metadata":{"name":"10.0.0.1"},"spec":{{{spec}}}}"""));

    [Fact]
    public void Whose_it_is_never_changes() => AssertFaults(
        "spec.parentRef: Invalid value: {\"resource\":\"services\",\"name\":\"c\"}: field is immutable",
        UpdateFaults(Strategy("networking.k8s.io", "ipaddresses"),
            """{"spec":{"parentRef":{"resource":"services","name":"b"}}}""", """{"spec":{"parentRef":{"resource":"services","name":"c"}}}"""));
}
