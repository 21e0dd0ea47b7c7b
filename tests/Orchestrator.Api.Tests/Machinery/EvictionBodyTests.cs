using System.Text;
using Orchestrator.Api.Machinery;
using Xunit;

namespace Orchestrator.Api.Tests.Machinery;

public sealed class EvictionBodyTests
{
    [Theory]
    [InlineData("""{"kind":"Eviction","deleteOptions":{"dryRun":["All"]}}""", true)]
    [InlineData("""{"kind":"Eviction","deleteOptions":{"dryRun":[]}}""", false)]
    [InlineData("""{"kind":"Eviction","deleteOptions":{"gracePeriodSeconds":1}}""", false)]
    [InlineData("""{"kind":"Eviction"}""", false)]
    [InlineData("""{"deleteOptions":"dryRun"}""", false)]
    [InlineData("[]", false)]
    [InlineData("{", false)]
    public void A_dry_run_is_asked_for_in_the_body(string body, bool expected) => Assert.Equal(expected, EvictionBody.IsDryRun(Encoding.UTF8.GetBytes(body)));
}
