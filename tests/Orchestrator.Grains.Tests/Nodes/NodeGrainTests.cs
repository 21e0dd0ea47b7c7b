using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.AgentProtocol;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Grains.Hosting;
using Orchestrator.Grains.Nodes;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Streams;
using Orchestrator.Grains.Tests.Fakes;
using Orchestrator.Grains.Tokens;
using Orchestrator.Store.Cache;
using Orchestrator.Store.Commits;
using Orleans.Concurrency;
using Orleans.TestingHost;
using Xunit;

namespace Orchestrator.Grains.Tests.Nodes;

public sealed class NodeGrainTests : IAsyncLifetime
{
    private const string ReadyNode =
        """{"metadata":{"labels":{"disk":"ssd"}},"status":{"capacity":{"cpu":"4"},"conditions":[{"type":"Ready","status":"True","reason":"KubeletReady"}]}}""";

    private readonly FakeObjectStore store = new();
    private readonly FakeWatchCache cache;
    private readonly ShiftedClock clock = new();
    private readonly RecordingLink link = new();
    private InProcessTestCluster cluster = null!;

    public NodeGrainTests() => cache = new FakeWatchCache(store);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.UseInMemoryReminderService();
            silo.Services
                .AddSingleton<TimeProvider>(clock)
                .AddSingleton<IWriteDecider, PlainDecider>()
                .AddSingleton<IObjectStore>(store)
                .AddSingleton<IWatchCache>(cache)
                .AddSingleton<ITokenIssuer>(new FakeTokenIssuer(clock))
                .AddSingleton<IChangeSource>(new FakeChangeSource(cache));
            silo.AddOrchestratorGrains([], new ClusterNetwork());
        });
        cluster = builder.Build();
        await cluster.DeployAsync();
    }

    public async ValueTask DisposeAsync() => await cluster.DisposeAsync();

    [Fact]
    public async Task An_agent_that_connects_gets_a_node_with_a_pod_range_of_its_own()
    {
        await ConnectAsync("n1");
        await ConnectAsync("n2");

        var node = Read(Node("n1"));
        Assert.Equal("10.42.0.0/24", (string?)node["spec"]!["podCIDR"]);
        Assert.Equal("ssd", (string?)node["metadata"]!["labels"]!["disk"]);
        Assert.Equal("True", StatusMerge.Ready(node["status"]));
        Assert.Equal("10.42.1.0/24", (string?)Read(Node("n2"))["spec"]!["podCIDR"]);
    }

    [Fact]
    public async Task The_first_message_is_all_that_is_bound_to_the_node_and_just_what_that_references()
    {
        WritePod("mine", "n1", """,{"configMap":{"name":"wanted"}}""");
        WritePod("theirs", "n2");
        WriteConfigMap("wanted", "1");
        WriteConfigMap("unwanted", "1");
        store.Write(new ObjectKey("", "serviceaccounts", "default", "default"), """{"metadata":{"uid":"sa-1"}}""");

        await ConnectAsync("n1");

        var assignment = await link.NextAsync(message => message.Assignment, Cancel);
        Assert.Equal("10.42.0.0/24", assignment.PodCidr);
        var pod = Assert.Single(assignment.Pods);
        Assert.Equal("uid-mine", pod.Uid);
        Assert.Equal("wanted", (string?)Json(Assert.Single(pod.ConfigMapsJson))["metadata"]!["name"]);
        Assert.Equal("default/default/sa-1/mine/uid-mine", Assert.Single(pod.Tokens).Token);
        Assert.True((await link.NextAsync(message => message.Network, Cancel)).Full);
    }

    [Fact]
    public async Task Changes_of_pods_and_of_what_they_reference_are_sent_and_nothing_else()
    {
        WriteConfigMap("wanted", "1");
        await ConnectAsync("n1");
        WritePod("theirs", "n2");
        WritePod("mine", "n1", """,{"configMap":{"name":"wanted"}}""");
        Assert.Equal("mine", (await link.NextAsync(message => message.Pod, Cancel)).Name);

        WriteConfigMap("unwanted", "1");
        WriteConfigMap("wanted", "2");
        var update = await link.NextAsync(message => message.Pod, Cancel);
        Assert.Equal("2", (string?)Json(Assert.Single(update.ConfigMapsJson))["data"]!["a"]);

        WritePod("mine", "n2");
        var removal = await link.NextAsync(message => message.Pod, Cancel);
        Assert.Equal((true, "uid-mine"), (removal.Removed, removal.Uid));
    }

    [Fact]
    public async Task Services_are_sent_when_they_change_and_named_when_they_go()
    {
        await ConnectAsync("n1");
        store.Write(new ObjectKey("", "services", "default", "web"), """{"metadata":{"name":"web"}}""");
        var state = await link.NextAsync(message => message.Network is { Full: false, ServicesJson.Count: > 0 } network ? network : null, Cancel);
        Assert.Equal("web", (string?)Json(Assert.Single(state.ServicesJson))["metadata"]!["name"]);
    }

    [Fact]
    public async Task An_older_agent_is_refused_and_an_unknown_one_is_asked_to_connect()
    {
        await ConnectAsync("n1", epoch: 5);
        Assert.True((await ConnectAsync("n1", epoch: 4)).Stale);
        Assert.True((await ReportAsync("n1", new AgentMessage { Heartbeat = new Heartbeat() }, epoch: 4)).Stale);
        Assert.True((await ReportAsync("n1", new AgentMessage { Heartbeat = new Heartbeat() }, epoch: 6)).Reconnect);
        Assert.True((await ReportAsync("never seen", new AgentMessage { Heartbeat = new Heartbeat() }, epoch: 1)).Reconnect);
    }

    [Fact]
    public async Task The_status_of_a_bound_pod_is_replaced_but_for_what_others_own()
    {
        WritePod("mine", "n1");
        await ConnectAsync("n1");
        await ReportPodAsync("mine", "uid-mine", """{"phase":"Running","podIP":"10.42.0.5","conditions":[{"type":"Ready","status":"True"}]}""");
        await ReportPodAsync("mine", "uid-mine", """{"phase":"Failed","conditions":[{"type":"Ready","status":"False"}]}""");

        var status = Read(Pod("mine"))["status"]!;
        Assert.Equal("Failed", (string?)status["phase"]);
        Assert.Null(status["podIP"]);
        Assert.Equal(["Ready", "PodScheduled"], status["conditions"]!.AsArray().Select(condition => (string?)condition!["type"]));
    }

    [Fact]
    public async Task The_status_of_a_pod_that_is_another_nodes_or_another_uid_is_not_touched()
    {
        WritePod("theirs", "n2");
        WritePod("mine", "n1");
        await ConnectAsync("n1");
        await ReportPodAsync("theirs", "uid-theirs", """{"phase":"Failed"}""");
        await ReportPodAsync("mine", "an older uid", """{"phase":"Failed"}""");

        Assert.Null(Read(Pod("theirs"))["status"]!["phase"]);
        Assert.Null(Read(Pod("mine"))["status"]!["phase"]);
    }

    [Fact]
    public async Task A_pod_that_has_gone_from_its_host_goes_from_the_api()
    {
        WritePod("mine", "n1");
        WritePod("theirs", "n2");
        await ConnectAsync("n1");
        await ReportAsync("n1", new AgentMessage { PodGone = new PodGone { Namespace = "default", Name = "mine", Uid = "uid-mine" } });
        await ReportAsync("n1", new AgentMessage { PodGone = new PodGone { Namespace = "default", Name = "theirs", Uid = "uid-theirs" } });

        Assert.Null(cache.Get(Pod("mine")));
        Assert.NotNull(cache.Get(Pod("theirs")));
    }

    [Fact]
    public async Task Heartbeats_write_nothing_silence_is_written_once_and_a_node_that_is_heard_again_is_ready()
    {
        await ConnectAsync("n1");
        var commits = store.Commits;
        var beat = new AgentMessage { Heartbeat = new Heartbeat { Sequence = 7 } };
        await ReportAsync("n1", beat);
        Assert.Equal(7, (await link.NextAsync(message => message.HeartbeatReply, Cancel)).Sequence);
        Assert.Equal(commits, store.Commits);

        using var changes = cache.WatchAll();
        clock.Advance(NodeGrain.GracePeriod + TimeSpan.FromSeconds(1));
        var change = await changes.Changes.ReadAsync(Cancel);
        var ready = Json(change.Object.Stored.Document)["status"]!["conditions"]!.AsArray().First(item => (string?)item!["type"] == "Ready")!;
        Assert.Equal(
            ("Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status."),
            ((string?)ready["status"], (string?)ready["reason"], (string?)ready["message"]));

        await ReportAsync("n1", beat);
        Assert.Equal("True", StatusMerge.Ready(Read(Node("n1"))["status"]));
        Assert.Equal(commits + 2, store.Commits);
    }

    [Fact]
    public async Task A_token_is_replaced_before_it_ends()
    {
        store.Write(new ObjectKey("", "serviceaccounts", "default", "default"), """{"metadata":{"uid":"sa-1"}}""");
        WritePod("mine", "n1");
        await ConnectAsync("n1");
        clock.Advance(TimeSpan.FromSeconds(3_000));
        var update = await link.NextAsync(message => message.Pod, Cancel);
        Assert.True(Assert.Single(update.Tokens).ExpiresUnixSeconds > clock.GetUtcNow().AddSeconds(3_000).ToUnixTimeSeconds());
    }

    [Fact]
    public async Task A_stream_is_opened_through_the_link_or_it_is_said_why_not()
    {
        var open = new Immutable<byte[]>(new OpenStream { StreamId = "s1" }.ToByteArray());
        Assert.Equal("the agent of node n1 is not connected", await Grain("n1").OpenStreamAsync(open, Cancel));
        await ConnectAsync("n1");
        Assert.Null(await Grain("n1").OpenStreamAsync(open, Cancel));
        Assert.Equal("s1", (await link.NextAsync(message => message.OpenStream, Cancel)).StreamId);
    }

    private static ObjectKey Node(string name) => new("", "nodes", "", name);

    private static ObjectKey Pod(string name) => new("", "pods", "default", name);

    private static JsonObject Json(ByteString bytes) => Json(bytes.Memory);

    private static JsonObject Json(ReadOnlyMemory<byte> bytes) => JsonNode.Parse(bytes.Span)!.AsObject();

    [Fact]
    public async Task A_report_that_comes_before_the_pods_grain_has_seen_the_end_of_the_binding_is_written()
    {
        await ConnectAsync("n1");
        WritePod("mine", "");

        // The grain has the pod in memory from before its binding, as it has while the binding is committed.
        await cluster.Client.GetGrain<IObjectGrain>(Pod("mine").ToString()).GetAsync(Cancel);
        WritePod("mine", "n1");
        Assert.False((await ReportPodAsync("mine", "uid-mine", """{"phase":"Running"}""")).Reconnect);
        Assert.Equal("Running", (string?)Read(Pod("mine"))["status"]!["phase"]);
    }

    private JsonObject Read(ObjectKey key) => Json(cache.Get(key)!.Document);

    private INodeGrain Grain(string name) => cluster.Client.GetGrain<INodeGrain>(name);

    private void WriteConfigMap(string name, string value) => store.Write(
        new ObjectKey("", "configmaps", "default", name), $$$"""{"metadata":{"name":"{{{name}}}"},"data":{"a":"{{{value}}}"}}""");

    private void WritePod(string name, string node, string volumes = "") => store.Write(
        Pod(name),
        $$$"""
        {"metadata":{"name":"{{{name}}}","namespace":"default","uid":"uid-{{{name}}}"},
         "spec":{"nodeName":"{{{node}}}","volumes":[
           {"name":"token","projected":{"sources":[{"serviceAccountToken":{"path":"token","expirationSeconds":3600}}]}}{{{volumes}}}]},
         "status":{"conditions":[{"type":"PodScheduled","status":"True"}]}}
        """);

    private Task<AgentReply> ConnectAsync(string name, long epoch = 1)
    {
        var hello = new Hello { NodeName = name, NodeJson = ByteString.CopyFromUtf8(ReadyNode) };
        return Grain(name).ConnectAsync(epoch, new Immutable<byte[]>(hello.ToByteArray()), cluster.Client.CreateObjectReference<IAgentLink>(link), Cancel);
    }

    private Task<AgentReply> ReportAsync(string name, AgentMessage message, long epoch = 1) =>
        Grain(name).ReportAsync(epoch, new Immutable<byte[]>(message.ToByteArray()), Cancel);

    private Task<AgentReply> ReportPodAsync(string name, string uid, string status) => ReportAsync("n1", new AgentMessage
    {
        Pod = new PodReport { Namespace = "default", Name = name, Uid = uid, StatusJson = ByteString.CopyFrom(Encoding.UTF8.GetBytes(status)) },
    });
}
