using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Orchestrator.Gateway.Tests.Fakes;

namespace Orchestrator.Gateway.Tests.Metrics;

public sealed partial class MetricsPathTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_are_counted_by_upstreams_labels()
    {
        await gateway.Admin.GetAsync("/api/v1/namespaces/a/pods", Token);
        await gateway.Admin.GetAsync("/api/v1/namespaces/a/pods/none", Token);
        await gateway.Alice.GetAsync("/api/v1/namespaces/a/pods", Token);

        var text = await gateway.Admin.GetStringAsync("/metrics", Token);

        const string List = "component=\"apiserver\",dry_run=\"\",group=\"\",resource=\"pods\",scope=\"namespace\",subresource=\"\",verb=\"LIST\",version=\"v1\"";
        Assert.Contains($"apiserver_request_total{{code=\"200\",{List}}} 1\n", text, StringComparison.Ordinal);
        Assert.Contains($"apiserver_request_total{{code=\"403\",{List}}} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("code=\"404\",component=\"apiserver\",dry_run=\"\",group=\"\",resource=\"pods\",scope=\"resource\"", text, StringComparison.Ordinal);
        Assert.Contains($"apiserver_request_duration_seconds_bucket{{{List},le=\"+Inf\"}} 2\n", text, StringComparison.Ordinal);
        Assert.Contains($"apiserver_request_duration_seconds_count{{{List}}} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("apiserver_current_inflight_requests{request_kind=\"readOnly\"} 1\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_line_is_of_the_text_form_and_every_series_has_its_type()
    {
        var typed = "";
        foreach (var line in (await gateway.Admin.GetStringAsync("/metrics", Token)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.Matches(line[0] == '#' ? Comment() : Sample(), line);
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                typed = line.Split(' ')[2];
            }
            else if (line[0] != '#')
            {
                Assert.StartsWith(typed, line, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task Clients_cannot_make_series_of_their_own()
    {
        for (var i = 0; i < 5; i++)
        {
            await gateway.Admin.GetAsync($"/api/v1/made-up-{i}", Token);
            await gateway.Admin.GetAsync($"/made-up-{i}", Token);
            await gateway.Admin.SendAsync(new HttpRequestMessage(new HttpMethod("MADEUP"), "/api/v1/nodes"), Token);
        }

        Assert.DoesNotContain("made-up", await gateway.Admin.GetStringAsync("/metrics", Token), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task What_our_meters_report_is_shown()
    {
        using var meter = new Meter("Orchestrator.MetricsPathTests");
        var counter = meter.CreateCounter<long>("orchestrator.test.things", "{thing}", "Things.");
        var histogram = meter.CreateHistogram<double>("orchestrator.test.duration", "s", "Time.");
        _ = gateway.Services.Meters;
        counter.Add(2);
        counter.Add(3);
        histogram.Record(0.02);

        var text = await gateway.Admin.GetStringAsync("/metrics", Token);

        Assert.Contains("# TYPE orchestrator_test_things_total counter\norchestrator_test_things_total 5\n", text, StringComparison.Ordinal);
        Assert.Contains("orchestrator_test_duration_seconds_bucket{le=\"0.01\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("orchestrator_test_duration_seconds_bucket{le=\"0.025\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("orchestrator_test_duration_seconds_count 1\n", text, StringComparison.Ordinal);
    }

    [GeneratedRegex("""^# (HELP|TYPE) [a-z_:]+ .+$""")]
    private static partial Regex Comment();

    [GeneratedRegex("""^[a-z_:]+(\{([a-z_]+="[^"]*",?)+\})? [-+0-9.eE]+$""")]
    private static partial Regex Sample();
}
