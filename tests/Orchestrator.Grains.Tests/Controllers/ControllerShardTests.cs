using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;
using Orchestrator.Controllers;
using Orchestrator.Controllers.Plans;
using Orchestrator.Grains.Hosting;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Streams;
using Orchestrator.Grains.Tests.Fakes;
using Orchestrator.Grains.Tokens;
using Orchestrator.Store.Cache;
using Orchestrator.Store.Commits;
using Orleans.Concurrency;
using Orleans.TestingHost;
using Xunit;

namespace Orchestrator.Grains.Tests.Controllers;

public sealed class ControllerShardTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly FakeObjectStore store = new();
    private readonly FakeWatchCache cache;
    private InProcessTestCluster cluster = null!;

    public ControllerShardTests() => cache = new FakeWatchCache(store);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        // Written before the silos start: only a look at everything finds it.
        store.Write(Parent("early"), """{"metadata":{"name":"early","uid":"u-early"},"spec":{"children":2}}""");
        var builder = new InProcessTestClusterBuilder(2);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.UseInMemoryReminderService();
            silo.Services
                .AddSingleton<IWriteDecider, PlainDecider>()
                .AddSingleton<IObjectStore>(store)
                .AddSingleton<IWatchCache>(cache)
                .AddSingleton<ITokenIssuer>(new FakeTokenIssuer(TimeProvider.System))
                .AddSingleton<IChangeSource>(new FakeChangeSource(cache));
            silo.AddOrchestratorGrains([new ChildrenReconciler()], new ClusterNetwork());
        });
        cluster = builder.Build();
        await cluster.DeployAsync();
    }

    public async ValueTask DisposeAsync() => await cluster.DisposeAsync();

    [Fact]
    public async Task What_was_there_before_the_silo_is_reconciled() => await ChildrenReachAsync("early", 2);

    [Fact]
    public async Task A_change_wakes_the_shard_and_never_more_is_made_than_wanted()
    {
        for (var index = 0; index < 20; index++)
        {
            await CreateAsync($"p{index}", 3);
        }

        for (var index = 0; index < 20; index++)
        {
            await ChildrenReachAsync($"p{index}", 3);
        }

        await cluster.Client.GetGrain<IObjectGrain>(Parent("p0").ToString()).PatchAsync(
            (int)PatchFormat.Merge, Bytes("""{"spec":{"children":5}}"""), new WriteCall { User = "tester" }, Cancel);
        await ChildrenReachAsync("p0", 5);
        Assert.Equal(2 + (19 * 3) + 5, ChildrenReconciler.All(cache).Count);
    }

    [Fact]
    public async Task Shards_of_a_silo_that_is_killed_go_on_elsewhere()
    {
        await CreateAsync("before", 1);
        await ChildrenReachAsync("before", 1);

        await cluster.KillSiloAsync(cluster.Silos[^1], Cancel);
        for (var index = 0; index < 16; index++)
        {
            await CreateAsync($"after{index}", 1);
        }

        for (var index = 0; index < 16; index++)
        {
            await ChildrenReachAsync($"after{index}", 1);
        }
    }

    [Fact]
    public async Task What_happened_is_told_as_an_event_about_the_object()
    {
        await CreateAsync("told", 1);
        var told = await FindAsync(view => view.List(new GroupResource("", "events"))
            .Select(item => JsonNode.Parse(item.Document.Span)!)
            .FirstOrDefault(item => (string?)item["involvedObject"]!["name"] == "told"));
        Assert.Equal("SuccessfulCreate", (string?)told["reason"]);
        Assert.Equal("children-controller", (string?)told["source"]!["component"]);
        Assert.Equal(1, (int?)told["count"]);
    }

    private static ObjectKey Parent(string name) => new("test", "parents", "default", name);

    private static Immutable<byte[]> Bytes(string text) => new(Encoding.UTF8.GetBytes(text));

    private async Task CreateAsync(string name, int children)
    {
        var reply = await cluster.Client.GetGrain<IObjectGrain>(Parent(name).ToString()).CreateAsync(
            Bytes($$$"""{"spec":{"children":{{{children}}}}}"""), new WriteCall { User = "tester" }, Cancel);
        Assert.Null(reply.Failure);
    }

    private Task<string> ChildrenReachAsync(string name, int count) => FindAsync(view =>
        ChildrenReconciler.Of(view, name).Count == count ? "reached" : null);

    /// <summary>Looks again after every change of the cache.</summary>
    private async Task<T> FindAsync<T>(Func<IClusterView, T?> find)
        where T : class
    {
        using var changes = cache.WatchAll();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(Patience);
        while (true)
        {
            if (find(cache) is { } found)
            {
                return found;
            }

            await changes.Changes.ReadAsync(limit.Token);
        }
    }

    /// <summary>Makes as many children as a parent's spec says.</summary>
    private sealed class ChildrenReconciler : IReconciler
    {
        private static readonly GroupResource Parents = new("test", "parents");
        private static readonly GroupResource Children = new("test", "children");

        public string Name => "children-controller";

        public IReadOnlyList<GroupResource> Watches => [Parents, Children];

        public static IReadOnlyList<StoredObject> All(IClusterView view) => view.List(Children);

        public static List<StoredObject> Of(IClusterView view, string parent) =>
            [.. All(view).Where(child => (string?)JsonNode.Parse(child.Document.Span)!["parent"] == parent)];

        public IEnumerable<ObjectKey> KeysFor(StoredObject? before, StoredObject after, bool removed, IClusterView view)
        {
            yield return after.Key.GroupResource == Parents
                ? after.Key
                : Parent((string)JsonNode.Parse(after.Document.Span)!["parent"]!);
        }

        public IEnumerable<ObjectKey> AllKeys(IClusterView view) => view.List(Parents).Select(parent => parent.Key);

        public Plan Reconcile(ObjectKey key, IClusterView view, DateTimeOffset now)
        {
            if (view.Get(key) is not { } parent)
            {
                return Plan.Nothing;
            }

            var document = JsonNode.Parse(parent.Document.Span)!;
            var missing = (int)document["spec"]!["children"]! - Of(view, key.Name).Count;
            var child = new ObjectKey("test", "children", key.Namespace, "");
            var kind = new GroupVersionKind("test", "v1", "Parent");
            return new Plan
            {
                Writes =
                [
                    .. Enumerable.Range(0, Math.Max(0, missing)).Select(PlannedWrite (_) => new PlannedWrite.Create(child, new JsonObject
                    {
                        ["apiVersion"] = "test/v1",
                        ["metadata"] = new JsonObject { ["generateName"] = key.Name + "-" },
                        ["parent"] = key.Name,
                    })),
                    .. missing <= 0
                        ? Array.Empty<PlannedWrite>()
                        : [new PlannedWrite.Event(key, kind, (string)document["metadata"]!["uid"]!, "Normal", "SuccessfulCreate", "made children")],
                ],
            };
        }
    }
}
