using Xunit;
using static Orchestrator.Api.Tests.Kinds.KindCase;

namespace Orchestrator.Api.Tests.Kinds.ServiceCidrs;

public sealed class ServiceCidrStrategyTests
{
    [Theory]
    [InlineData("""["10.0.0.0/16","fd00::/64"]""", "")]
    [InlineData("[]", "spec.cidrs: Required value: at least one CIDR required")]
    [InlineData("""["10.0.0.0/16","10.1.0.0/16"]""", "spec.cidrs: Invalid value: {\"cidrs\":[\"10.0.0.0/16\",\"10.1.0.0/16\"]}: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64")]
    [InlineData("""["10.0.0.0/16","10.1.0.0/16","fd00::/64"]""", "spec.cidrs: Invalid value: {\"cidrs\":[\"10.0.0.0/16\",\"10.1.0.0/16\",\"fd00::/64\"]}: may only hold up to 2 values")]
    [InlineData("""["ten"]""", "spec.cidrs[0]: Invalid value: \"ten\": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")]
    [InlineData("""["10.0.0.1/16"]""", "spec.cidrs[0]: Invalid value: \"10.0.0.1/16\": must not have bits set beyond the prefix length")]
    [InlineData("""["10.0.0.0/016"]""", "spec.cidrs[0]: Invalid value: \"10.0.0.0/016\": must not have leading 0s in IP or prefix length")]
    [InlineData("""["FD00::/64"]""", "spec.cidrs[0]: Invalid value: \"FD00::/64\": must be in canonical form (\"fd00::/64\")")]
    public void A_range_of_each_family_at_most(string ranges, string expected) =>
        AssertFaults(expected, Faults(Strategy("networking.k8s.io", "servicecidrs"), $$$"""{"metadata":{"name":"a"},"spec":{"cidrs":{{{ranges}}}}}"""));

    [Fact]
    public void Ranges_never_change_and_status_is_its_own() => AssertFaults(
        "spec.cidrs: Invalid value: [\"10.1.0.0/16\"]: field is immutable",
        UpdateFaults(Strategy("networking.k8s.io", "servicecidrs"), """{"spec":{"cidrs":["10.0.0.0/16"]}}""", """{"spec":{"cidrs":["10.1.0.0/16"]},"status":{}}"""));
}
