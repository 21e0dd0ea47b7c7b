using Orchestrator.Api.Identity;
using Orchestrator.Gateway.Tests.Fakes;
using Orchestrator.Store.Audit;

namespace Orchestrator.Gateway.Tests.Verbs;

public sealed class DigestTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    [Theory, InlineData("x", true, "orchestrator_watch_cache_differs 0"), InlineData("y", false, "orchestrator_watch_cache_differs 1")]
    public async Task The_comparison_is_answered_to_who_may_read_it_and_stays_as_a_metric(string store, bool agrees, string metric)
    {
        gateway.Audit.Last = new AuditReport(new Revision(7), 1, "x", 1, store);
        var (code, body) = await GatewayFixture.SendAsync(gateway.Admin, "GET", "/debug/digest");
        Assert.Equal((200, 7L, agrees), (code, body["revision"]!.GetValue<long>(), body["agrees"]!.GetValue<bool>()));
        Assert.Equal(403, (await GatewayFixture.SendAsync(gateway.Alice, "GET", "/debug/digest")).Item1);
        var metrics = await gateway.Admin.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.Contains(metric, metrics, StringComparison.Ordinal);
    }
}
