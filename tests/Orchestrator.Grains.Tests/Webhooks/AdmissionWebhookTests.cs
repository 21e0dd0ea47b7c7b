using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Registry;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Tests.Fakes;
using Orchestrator.Grains.Webhooks;
using Orchestrator.Store.Cache;
using Orchestrator.Store.Commits;
using Orchestrator.Store.Kinds;
using Orleans.Concurrency;
using Orleans.TestingHost;
using Xunit;

namespace Orchestrator.Grains.Tests.Webhooks;

/// <summary>Writes that real webhooks over HTTPS are asked about, through the grain of the object.</summary>
public sealed class AdmissionWebhookTests : IAsyncLifetime
{
    private readonly FakeObjectStore store = new();
    private readonly FakeWatchCache cache;
    private InProcessTestCluster cluster = null!;

    public AdmissionWebhookTests() => cache = new FakeWatchCache(store);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) => silo.Services
            .AddSingleton(TimeProvider.System)
            .AddSingleton<IWriteDecider>(new WriteDecider(KindRegistry.BuiltIn))
            .AddSingleton<ChargeTurns>()
            .AddSingleton<IWebhookClient, WebhookClient>()
            .AddSingleton<IObjectStore>(store)
            .AddSingleton<IWatchCache>(cache)
            .AddSingleton<ServedKinds>()
            .AddSingleton<CustomConversion>());
        cluster = builder.Build();
        await cluster.DeployAsync();
        store.Write(new ObjectKey("", "namespaces", "", "ns"), """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"ns","labels":{"team":"a"}},"status":{"phase":"Active"}}""");
    }

    public async ValueTask DisposeAsync() => await cluster.DisposeAsync();

    [Fact]
    public async Task What_a_mutating_webhook_changes_is_what_validating_ones_see_and_what_is_stored()
    {
        using var mutating = new WebhookServer(_ => Patched("""[{"op":"add","path":"/data/added","value":"yes"}]"""));
        using var validating = new WebhookServer(_ => """ "allowed":true,"warnings":["look out"] """);
        Configure("mutating", "m", Hook(mutating, "m.example.com"));
        Configure("validating", "v", Hook(validating, "v.example.com"));

        var reply = await CreateAsync("one");

        Assert.Null(Failure(reply));
        Assert.Equal(["look out"], reply.Warnings);
        Assert.Equal("yes", (string?)Json(reply.Object!.Document)["data"]!["added"]);
        var asked = Assert.Single(validating.Requests);
        Assert.Equal("yes", (string?)asked["object"]!["data"]!["added"]);
        Assert.Equal("CREATE alice ns one configmaps", $"{asked["operation"]} {asked["userInfo"]!["username"]} {asked["namespace"]} {asked["name"]} {asked["resource"]!["resource"]}");
        Assert.Null(asked["oldObject"]);
        Assert.Equal((string?)asked["object"]!["metadata"]!["uid"], (string?)Json(reply.Object.Document)["metadata"]!["uid"]);
    }

    [Fact]
    public async Task A_denied_request_says_who_denied_it_and_stores_nothing()
    {
        using var server = new WebhookServer(_ => """ "allowed":false,"status":{"code":403,"message":"not today"} """);
        Configure("validating", "v", Hook(server, "deny.example.com"));

        Assert.Equal((403, "admission webhook \"deny.example.com\" denied the request: not today"), Failure(await CreateAsync("denied")));
        Assert.DoesNotContain(store.All, stored => stored.Key.Name == "denied");
    }

    [Theory]
    [InlineData("Fail", 500, "Internal error occurred: failed calling webhook \"gone.example.com\": failed to call webhook: Post \"https://127.0.0.1:1/?timeout=10s\": dial tcp 127.0.0.1:1: connect: connection refused")]
    [InlineData("Ignore", 0, "")]
    public async Task A_webhook_that_is_not_there_fails_as_its_policy_says(string failurePolicy, int code, string message)
    {
        Configure("validating", "v", Hook("gone.example.com", """{"url":"https://127.0.0.1:1/"}""", $"\"failurePolicy\":\"{failurePolicy}\","));
        Assert.Equal(code == 0 ? null : (code, message), Failure(await CreateAsync("gone")));
    }

    [Fact]
    public async Task A_webhook_with_a_certificate_of_another_authority_is_not_trusted()
    {
        using var server = new WebhookServer(_ => "\"allowed\":true");
        using var other = new WebhookServer(_ => "\"allowed\":true");
        Configure("validating", "v", Hook("x.example.com", $$"""{"url":"https://127.0.0.1:{{server.Port}}/","caBundle":"{{other.CaBundle}}"}"""));
        var failure = Failure(await CreateAsync("untrusted"));
        Assert.EndsWith("tls: failed to verify certificate: x509: certificate signed by unknown authority", failure!.Value.Message, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_webhook_that_takes_too_long_is_not_waited_for()
    {
        using var server = new WebhookServer(async (_, stopping) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, stopping);
            return "";
        });
        Configure("validating", "v", Hook(server, "slow.example.com", "\"timeoutSeconds\":1,"));
        Assert.EndsWith("?timeout=1s\": context deadline exceeded", Failure(await CreateAsync("slow"))!.Value.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_webhook_of_the_cluster_is_reached_through_a_ready_endpoint_of_its_service()
    {
        using var server = new WebhookServer(_ => "\"allowed\":true");
        Configure("validating", "v", Hook("svc.example.com", $$$"""{"service":{"namespace":"ns","name":"hook","port":8443,"path":"/check"},"caBundle":"{{{server.CaBundle}}}"}"""));
        Assert.EndsWith("Post \"https://hook.ns.svc:8443/check?timeout=10s\": service \"hook\" not found", Failure(await CreateAsync("early"))!.Value.Message, StringComparison.Ordinal);

        store.Write(new ObjectKey("", "services", "ns", "hook"), """{"metadata":{"name":"hook"},"spec":{"ports":[{"name":"https","port":8443}]}}""");
        Assert.EndsWith("no endpoints available for service \"hook\"", Failure(await CreateAsync("early"))!.Value.Message, StringComparison.Ordinal);

        store.Write(new ObjectKey("discovery.k8s.io", "endpointslices", "ns", "hook-1"), $$$"""
            {"metadata":{"name":"hook-1","labels":{"kubernetes.io/service-name":"hook"}},"ports":[{"name":"https","port":{{{server.Port}}}}],
             "endpoints":[{"addresses":["192.0.2.1"],"conditions":{"ready":false}},{"addresses":["127.0.0.1"],"conditions":{"ready":true}}]}
            """);
        Assert.Null(Failure(await CreateAsync("late")));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_webhook_that_wants_it_is_asked_again_when_a_later_one_changed_the_object()
    {
        using var first = new WebhookServer(_ => "\"allowed\":true");
        using var second = new WebhookServer(_ => Patched("""[{"op":"add","path":"/data/late","value":"1"}]"""));
        Configure("mutating", "a", Hook(first, "first.example.com", "\"reinvocationPolicy\":\"IfNeeded\","));
        Configure("mutating", "b", Hook(second, "second.example.com"));

        Assert.Null(Failure(await CreateAsync("twice")));
        Assert.Equal([null, "1"], first.Requests.Select(request => (string?)request["object"]!["data"]!["late"]));
        Assert.Single(second.Requests);
    }

    [Fact]
    public async Task Deletes_are_asked_about_with_the_object_as_it_was()
    {
        await CreateAsync("doomed");
        using var server = new WebhookServer(_ => "\"allowed\":false");
        Configure("validating", "v", Hook(server, "keep.example.com"));

        var reply = await Grain("doomed").DeleteAsync(new DeleteCall { PropagationPolicy = "Foreground" }, Call(), Cancel);

        Assert.Equal((400, "admission webhook \"keep.example.com\" denied the request without explanation"), Failure(reply));
        var asked = Assert.Single(server.Requests);
        Assert.Equal("DELETE", (string?)asked["operation"]);
        Assert.Null(asked["object"]);
        Assert.Equal("doomed", (string?)asked["oldObject"]!["metadata"]!["name"]);
        Assert.Equal("DeleteOptions Foreground", $"{asked["options"]!["kind"]} {asked["options"]!["propagationPolicy"]}");
    }

    [Fact]
    public async Task An_answer_that_says_a_thing_twice_is_a_fault()
    {
        using var server = new WebhookServer(_ => "\"allowed\":true,\"uid\":\"other\"");
        Configure("validating", "v", Hook(server, "odd.example.com"));
        Assert.Contains("failed calling webhook \"odd.example.com\": failed to call webhook: couldn't get version/kind; json parse error: ", Failure(await CreateAsync("odd"))!.Value.Message, StringComparison.Ordinal);
    }

    private static string Patched(string patch) =>
        $""" "allowed":true,"patchType":"JSONPatch","patch":"{Convert.ToBase64String(Encoding.UTF8.GetBytes(patch))}" """;

    private static string Hook(WebhookServer server, string name, string more = "") =>
        Hook(name, $$"""{"url":"https://127.0.0.1:{{server.Port}}/","caBundle":"{{server.CaBundle}}"}""", more);

    private static string Hook(string name, string client, string more = "") => $$"""
        {"name":"{{name}}",{{more}}"clientConfig":{{client}},"sideEffects":"None","admissionReviewVersions":["v1"],
         "rules":[{"operations":["*"],"apiGroups":[""],"apiVersions":["v1"],"resources":["configmaps"]}]}
        """;

    private void Configure(string kind, string name, string hook) =>
        store.Write(new ObjectKey("admissionregistration.k8s.io", kind + "webhookconfigurations", "", name), $$$"""{"metadata":{"name":"{{{name}}}"},"webhooks":[{{{hook}}}]}""");

    private static WriteCall Call() => new() { User = "alice", Groups = ["system:masters"], Version = "v1" };

    private IObjectGrain Grain(string name) => cluster.Client.GetGrain<IObjectGrain>(new ObjectKey("", "configmaps", "ns", name).ToString());

    private Task<WriteReply> CreateAsync(string name) => Grain(name).CreateAsync(
        new Immutable<byte[]>(Encoding.UTF8.GetBytes($$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}"},"data":{"a":"1"}}""")), Call(), Cancel);

    private static JsonNode Json(byte[] document) => JsonNode.Parse(document)!;

    private static (int Code, string Message)? Failure(WriteReply reply) =>
        reply.Failure is { } failure ? ((int)Json(failure)["code"]!, (string)Json(failure)["message"]!) : null;
}
