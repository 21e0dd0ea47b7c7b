using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources;
using Orchestrator.Api.Identity;
using Orchestrator.Grains.Conversion;
using Orchestrator.Grains.Tests.Fakes;
using Orchestrator.TestKit.Webhooks;
using Xunit;

namespace Orchestrator.Grains.Tests.Conversion;

/// <summary>Conversions by a real server over HTTPS.</summary>
public sealed class ConversionWebhooksTests : IDisposable
{
    private const string Gadget = """{"apiVersion":"example.com/v1","kind":"Gadget","metadata":{"name":"a","namespace":"ns","uid":"u"},"spec":{"size":1}}""";

    private readonly FakeObjectStore store = new();
    private readonly ConversionWebhooks webhooks;

    public ConversionWebhooksTests() => webhooks = new ConversionWebhooks(new FakeWatchCache(store), TimeProvider.System);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => webhooks.Dispose();

    [Fact]
    public async Task An_object_comes_back_in_the_version_that_is_wanted()
    {
        using var server = new LoopbackServer(Converting);

        var outcome = await ConvertAsync($$"""{"url":"https://127.0.0.1:{{server.Port}}/convert","caBundle":"{{server.CaBundle}}"}""");

        Assert.Null(outcome.Failure);
        Assert.Equal("example.com/v2", CustomDocuments.ApiVersionOf(Assert.Single(outcome.Documents).Span));
    }

    [Fact]
    public async Task A_Service_is_reached_at_a_ready_endpoint_and_by_its_name()
    {
        using var server = new LoopbackServer(Converting, "hook.ns.svc");
        store.Write(new ObjectKey("", "services", "ns", "hook"), """{"spec":{"ports":[{"name":"web","port":443}]}}""");
        store.Write(
            new ObjectKey("discovery.k8s.io", "endpointslices", "ns", "hook-1"),
            $$$"""{"metadata":{"labels":{"kubernetes.io/service-name":"hook"}},"ports":[{"name":"web","port":{{{server.Port}}}}],"endpoints":[{"addresses":["127.0.0.1"],"conditions":{"ready":true}}]}""");

        var outcome = await ConvertAsync($$$"""{"service":{"namespace":"ns","name":"hook","path":"/convert"},"caBundle":"{{{server.CaBundle}}}"}""");

        Assert.Null(outcome.Failure);
    }

    [Theory]
    [InlineData("""{"url":"https://127.0.0.1:1/convert"}""", "Post \"https://127.0.0.1:1/convert?timeout=30s\": dial tcp 127.0.0.1:1: connect: connection refused")]
    [InlineData("""{"url":"nowhere"}""", "Post \"nowhere?timeout=30s\": the address is not one of https")]
    [InlineData("""{"service":{"namespace":"ns","name":"gone"}}""", "Post \"https://gone.ns.svc:443/?timeout=30s\": service \"gone\" not found")]
    public async Task What_cannot_be_reached_fails_in_the_words_of_upstream(string client, string fault)
    {
        var outcome = await ConvertAsync(client);

        Assert.Equal((500, "conversion webhook for example.com/v1, Kind=Gadget failed: " + fault), (outcome.Failure!.Code, outcome.Failure.Message));
    }

    [Fact]
    public async Task A_server_that_takes_too_long_is_not_waited_for()
    {
        using var server = new LoopbackServer(async (_, stopping) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, stopping);
            return (200, "");
        });

        var outcome = await ConvertAsync($$"""{"url":"https://127.0.0.1:{{server.Port}}/","caBundle":"{{server.CaBundle}}"}""", TimeSpan.FromMilliseconds(100));

        Assert.EndsWith("context deadline exceeded", outcome.Failure!.Message, StringComparison.Ordinal);
    }

    private static Task<(int Code, string Body)> Converting(byte[] body, CancellationToken stopping)
    {
        var request = JsonNode.Parse(body)!["request"]!;
        var converted = request["objects"]!.DeepClone().AsArray();
        foreach (var obj in converted)
        {
            obj!["apiVersion"] = request["desiredAPIVersion"]!.DeepClone();
        }

        return Task.FromResult((200, $$$"""
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"ConversionReview",
             "response":{"uid":"{{{request["uid"]}}}","result":{"status":"Success"},"convertedObjects":{{{converted.ToJsonString()}}}}}
            """));
    }

    private Task<ConversionOutcome> ConvertAsync(string client, TimeSpan? patience = null)
    {
        var stored = store.Write(
            new ObjectKey("apiextensions.k8s.io", "customresourcedefinitions", "", "gadgets.example.com"),
            $$$$"""
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"gadgets.example.com"},
             "spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"gadgets","kind":"Gadget"},
              "versions":[{"name":"v1","served":true,"storage":true},{"name":"v2","served":true,"storage":false}],
              "conversion":{"strategy":"Webhook","webhook":{"conversionReviewVersions":["v1"],"clientConfig":{{{{client}}}}}}},
             "status":{"acceptedNames":{"plural":"gadgets","kind":"Gadget"}}}
            """);
        return webhooks.ConvertAsync(CustomDefinition.Read(stored), [Encoding.UTF8.GetBytes(Gadget)], "example.com/v2", patience ?? TimeSpan.FromSeconds(30), Cancel);
    }
}
