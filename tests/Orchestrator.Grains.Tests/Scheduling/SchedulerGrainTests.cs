using System.Text;
using System.Text.Json.Nodes;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Registry;
using Orchestrator.Client;
using Orchestrator.Controllers;
using Orchestrator.Grains.Hosting;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Scheduling;
using Orchestrator.Grains.Streams;
using Orchestrator.Grains.Tests.Fakes;
using Orchestrator.Grains.Tokens;
using Orchestrator.Store.Cache;
using Orchestrator.Store.Commits;
using Orchestrator.TestKit.Builders;
using Orleans.Concurrency;
using Orleans.TestingHost;
using Xunit;

namespace Orchestrator.Grains.Tests.Scheduling;

public sealed class SchedulerGrainTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly FakeObjectStore store = new();
    private readonly FakeWatchCache cache;
    private InProcessTestCluster cluster = null!;

    public SchedulerGrainTests() => cache = new FakeWatchCache(store);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        store.Write(new ObjectKey("", "namespaces", "", "default"), """{"metadata":{"name":"default"},"status":{"phase":"Active"}}""");
        store.Write(new ObjectKey("", "serviceaccounts", "default", "default"), """{"metadata":{"name":"default","namespace":"default","uid":"sa"}}""");
        var builder = new InProcessTestClusterBuilder(2);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.UseInMemoryReminderService();
            silo.Services
                .AddSingleton<IWriteDecider>(new WriteDecider(KindRegistry.BuiltIn))
                .AddSingleton<IObjectStore>(store)
                .AddSingleton<IWatchCache>(cache)
                .AddSingleton<ITokenIssuer>(new FakeTokenIssuer(TimeProvider.System))
                .AddSingleton<IChangeSource>(new FakeChangeSource(cache));
            silo.AddOrchestratorGrains(Reconcilers.All("no certificates"), new ClusterNetwork());
        });
        cluster = builder.Build();
        await cluster.DeployAsync();
    }

    public async ValueTask DisposeAsync() => await cluster.DisposeAsync();

    [Fact]
    public async Task A_pod_is_bound_to_a_node_with_room_and_it_is_said_so()
    {
        AddNode("small", cpu: "500m");
        AddNode("large", cpu: "4");
        await CreateAsync("pods", "web", Make.MakePod("web").Requests(cpu: "1").Build());

        var pod = await FindAsync("pods", "web", item => item["spec"]!["nodeName"] is not null);
        Assert.Equal("large", (string?)pod["spec"]!["nodeName"]);
        Assert.Equal("Successfully assigned default/web to large", await EventAsync("web", "Scheduled"));
    }

    [Fact]
    public async Task A_pod_without_room_says_why_and_is_bound_when_a_node_comes()
    {
        AddNode("small", cpu: "500m");
        await CreateAsync("pods", "web", Make.MakePod("web").Requests(cpu: "1").Build());

        var waiting = await FindAsync("pods", "web", item => Condition(item) is not null);
        var condition = Condition(waiting)!;
        Assert.Equal(("False", "Unschedulable"), ((string?)condition["status"], (string?)condition["reason"]));
        Assert.StartsWith("0/1 nodes are available: 1 Insufficient cpu.", (string?)condition["message"], StringComparison.Ordinal);
        Assert.StartsWith("0/1 nodes are available", await EventAsync("web", "FailedScheduling"), StringComparison.Ordinal);
        var explained = await cluster.Client.GetGrain<ISchedulerGrain>(ISchedulerGrain.Key).ExplainAsync(Pod("web").ToString());
        Assert.Equal("NodeResourcesFit", (string?)JsonNode.Parse(explained!)!["nodes"]![0]!["rejectedBy"]);

        AddNode("large", cpu: "4");
        Assert.Equal("large", (string?)(await FindAsync("pods", "web", item => item["spec"]!["nodeName"] is not null))["spec"]!["nodeName"]);
    }

    [Fact]
    public async Task Many_pods_never_take_more_than_a_node_has()
    {
        AddNode("n1", cpu: "2");
        AddNode("n2", cpu: "2");
        for (var index = 0; index < 5; index++)
        {
            await CreateAsync("pods", $"p{index}", Make.MakePod($"p{index}").Requests(cpu: "1").Build());
        }

        await ReachAsync(() => Pods().Count(pod => pod["spec"]!["nodeName"] is not null) == 4 && Pods().Any(pod => (string?)Condition(pod)?["status"] == "False"));
        Assert.All(
            Pods().Where(pod => pod["spec"]!["nodeName"] is not null).GroupBy(pod => (string)pod["spec"]!["nodeName"]!),
            node => Assert.Equal(2, node.Count()));
    }

    [Fact]
    public async Task A_deployment_becomes_pods_that_are_bound()
    {
        AddNode("n1", cpu: "8");
        var template = Make.MakePod("unused").Label("app", "web").Build();
        await CreateAsync("deployments", "web", new JsonObject
        {
            ["apiVersion"] = "apps/v1",
            ["kind"] = "Deployment",
            ["metadata"] = new JsonObject { ["name"] = "web", ["namespace"] = "default" },
            ["spec"] = new JsonObject
            {
                ["replicas"] = 3,
                ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = "web" } },
                ["template"] = new JsonObject
                {
                    ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["app"] = "web" } },
                    ["spec"] = new JsonObject { ["containers"] = template["spec"]!["containers"]!.DeepClone() },
                },
            },
        });

        await ReachAsync(() => Pods().Count(pod => (string?)pod["spec"]!["nodeName"] == "n1") == 3);
        Assert.Equal(3, Pods().Count);
    }

    [Fact]
    public async Task The_client_writes_reads_lists_and_hears_which_field_is_wrong()
    {
        var client = new OrchestratorClient(cluster.Client, "tester");
        var map = new V1ConfigMap { Metadata = new V1ObjectMeta { Name = "c", NamespaceProperty = "default" } };
        await client.CreateAsync(map, Cancel);
        var (items, revision) = await client.ListAsync<V1ConfigMap>("default", Cancel);
        Assert.Contains(items, item => item.Metadata.Name == "c");
        Assert.True(revision > 0);
        await client.DeleteAsync<V1ConfigMap>("default", "c", Cancel);
        Assert.Null(await client.GetAsync<V1ConfigMap>("default", "c", Cancel));
        map.Metadata.Name = "Not a name";
        var invalid = await Assert.ThrowsAsync<InvalidObjectException>(() => client.CreateAsync(map, Cancel));
        Assert.Equal("metadata.name", Assert.Single(invalid.Causes).Field);
    }

    private static ObjectKey Pod(string name) => new("", "pods", "default", name);

    private static JsonNode? Condition(JsonNode pod) => (pod["status"]?["conditions"] as JsonArray)?
        .FirstOrDefault(condition => (string?)condition!["type"] == "PodScheduled");

    private List<JsonNode> Pods() => [.. cache.List(new GroupResource("", "pods")).Select(pod => JsonNode.Parse(pod.Document.Span)!)];

    private void AddNode(string name, string cpu) => store.Write(
        new ObjectKey("", "nodes", "", name), Make.MakeNode(name).Allocatable(cpu: cpu, memory: "8Gi", pods: "110").Build().ToJsonString());

    private async Task CreateAsync(string resource, string name, JsonObject document)
    {
        document["metadata"]!.AsObject().Remove("uid");
        document.Remove("status");
        var group = resource == "deployments" ? "apps" : "";
        var reply = await cluster.Client.GetGrain<IObjectGrain>(new ObjectKey(group, resource, "default", name).ToString()).CreateAsync(
            new Immutable<byte[]>(Encoding.UTF8.GetBytes(document.ToJsonString())), new WriteCall { User = "tester", Version = "v1" }, Cancel);
        Assert.True(reply.Failure is null, reply.Failure is null ? "" : Encoding.UTF8.GetString(reply.Failure));
    }

    private async Task<string> EventAsync(string name, string reason)
    {
        var message = "";
        await ReachAsync(() => cache.List(new GroupResource("", "events"))
            .Select(item => JsonNode.Parse(item.Document.Span)!)
            .Any(item => (string?)item["involvedObject"]!["name"] == name && (string?)item["reason"] == reason
                && (message = (string)item["message"]!).Length > 0));
        return message;
    }

    private async Task<JsonNode> FindAsync(string resource, string name, Func<JsonNode, bool> isWanted)
    {
        JsonNode? found = null;
        var key = new ObjectKey("", resource, "default", name);
        await ReachAsync(() => cache.Get(key) is { } stored && isWanted(found = JsonNode.Parse(stored.Document.Span)!));
        return found!;
    }

    /// <summary>Looks again after every change of the cache.</summary>
    private async Task ReachAsync(Func<bool> isReached)
    {
        using var changes = cache.WatchAll();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(Patience);
        while (!isReached())
        {
            await changes.Changes.ReadAsync(limit.Token);
        }
    }
}
