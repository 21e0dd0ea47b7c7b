using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Tests.Fakes;
using Orchestrator.Grains.Webhooks;
using Orchestrator.Store.Cache;
using Orchestrator.Store.Commits;
using Orchestrator.Store.Kinds;
using Orleans.Concurrency;
using Orleans.TestingHost;
using Xunit;

namespace Orchestrator.Grains.Tests.Objects;

public sealed class ObjectGrainTests : IAsyncLifetime
{
    private static readonly ObjectKey Key = new("", "configmaps", "default", "settings");
    private readonly FakeObjectStore store = new();
    private readonly FakeWatchCache cache;
    private InProcessTestCluster cluster = null!;

    public ObjectGrainTests() => cache = new FakeWatchCache(store);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IObjectGrain Grain => cluster.Client.GetGrain<IObjectGrain>(Key.ToString());

    public async ValueTask InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) => silo.Services
            .AddSingleton(TimeProvider.System)
            .AddSingleton<IWriteDecider, PlainDecider>()
            .AddSingleton<ChargeTurns>()
            .AddSingleton<IWebhookClient, WebhookClient>()
            .AddSingleton<IObjectStore>(store)
            .AddSingleton<IWatchCache>(cache)
            .AddSingleton<ServedKinds>()
            .AddSingleton<CustomConversion>());
        cluster = builder.Build();
        await cluster.DeployAsync();
    }

    public async ValueTask DisposeAsync() => await cluster.DisposeAsync();

    [Fact]
    public async Task A_created_object_is_stored_and_answered_with_its_revision()
    {
        var reply = await CreateAsync("""{"data":{"a":"1"}}""");

        Assert.True(reply.Created);
        var stored = Assert.Single(store.All);
        Assert.Equal(stored.Revision.Value, reply.Object!.Revision);
        Assert.Equal(stored.Revision.ToString(), (string?)Json(reply.Object.Document)["metadata"]!["resourceVersion"]);
        Assert.Equal(reply.Object.Document, (await Grain.GetAsync(Cancel))!.Document);
    }

    [Fact]
    public async Task A_second_create_says_that_the_object_exists()
    {
        await CreateAsync("{}");
        AssertFailed(await CreateAsync("{}"), 409, "AlreadyExists", "configmaps \"settings\" already exists");
    }

    [Fact]
    public async Task An_invalid_object_is_reported_as_invalid_even_when_its_name_is_taken()
    {
        await CreateAsync("{}");
        AssertFailed(await CreateAsync("""{"reject":"no good"}"""), 422, "Invalid", "no good");
    }

    [Fact]
    public async Task A_patch_that_lost_a_race_is_decided_again_on_the_winner_and_both_changes_survive()
    {
        await CreateAsync("""{"data":{"a":"1"}}""");
        store.BeforeNextCommit = () => store.Write(Key, """{"metadata":{"name":"settings"},"data":{"a":"1","theirs":"2"}}""");

        var reply = await PatchAsync("""{"data":{"ours":"3"}}""");

        Assert.Null(reply.Failure);
        Assert.Equal("""{"a":"1","theirs":"2","ours":"3"}""", Json(store.All[0].Document)["data"]!.ToJsonString());
    }

    [Fact]
    public async Task A_patch_that_always_loses_ends_in_a_conflict()
    {
        await CreateAsync("""{"data":{"a":"0"}}""");
        var round = 0;
        void Compete()
        {
            store.Write(Key, $$$"""{"data":{"a":"{{{++round}}}"}}""");
            store.BeforeNextCommit = Compete;
        }

        store.BeforeNextCommit = Compete;
        AssertFailed(await PatchAsync("""{"data":{"b":"1"}}"""), 409, "Conflict", "the object has been modified");
        Assert.Equal(ObjectGrain.DecideAttempts, round);
    }

    [Fact]
    public async Task An_update_of_an_old_version_is_a_conflict_and_changes_nothing()
    {
        await CreateAsync("""{"data":{"a":"1"}}""");
        await PatchAsync("""{"data":{"a":"2"}}""");

        AssertFailed(await UpdateAsync("""{"metadata":{"resourceVersion":"1"},"data":{}}"""), 409, "Conflict", "1 is not 2");
        Assert.Equal("2", (string?)Json(store.All[0].Document)["data"]!["a"]);
    }

    [Fact]
    public async Task A_grain_with_old_memory_does_not_refuse_a_caller_who_knows_better()
    {
        await CreateAsync("""{"data":{"a":"1"}}""");
        var newer = store.Write(Key, """{"data":{"a":"2"}}""");

        var reply = await UpdateAsync($$$"""{"metadata":{"resourceVersion":"{{{newer.Revision}}}"},"data":{"a":"3"}}""");

        Assert.Null(reply.Failure);
        Assert.Equal("3", (string?)Json(store.All[0].Document)["data"]!["a"]);
    }

    [Fact]
    public async Task A_patch_that_changes_nothing_in_old_memory_is_decided_again_on_the_truth()
    {
        await CreateAsync("""{"data":{"a":"1"}}""");
        store.Write(Key, """{"data":{"a":"2"}}""");

        await PatchAsync("""{"data":{"a":"1"}}""");

        Assert.Equal("1", (string?)Json(store.All[0].Document)["data"]!["a"]);
    }

    [Fact]
    public async Task A_dry_run_stores_nothing()
    {
        var reply = await Grain.CreateAsync(Bytes("{}"), Call() with { DryRun = true }, Cancel);
        Assert.True(reply.Created);
        Assert.Empty(store.All);

        await CreateAsync("{}");
        AssertFailed(await Grain.CreateAsync(Bytes("{}"), Call() with { DryRun = true }, Cancel), 409, "AlreadyExists", "exists");
        await Grain.PatchAsync((int)PatchFormat.Merge, Bytes("""{"x":1}"""), Call() with { DryRun = true }, Cancel);
        Assert.Equal(1, store.Commits);
    }

    [Fact]
    public async Task A_deleted_object_is_gone_and_can_be_created_again()
    {
        await CreateAsync("{}");
        var reply = await Grain.DeleteAsync(new DeleteCall(), Call(), Cancel);
        Assert.True(reply.Gone);
        Assert.Null(await Grain.GetAsync(Cancel));
        AssertFailed(await Grain.DeleteAsync(new DeleteCall(), Call(), Cancel), 404, "NotFound", "configmaps \"settings\" not found");
        Assert.True((await CreateAsync("{}")).Created);
    }

    [Fact]
    public async Task What_does_not_exist_cannot_be_patched_but_can_be_applied()
    {
        AssertFailed(await PatchAsync("{}"), 404, "NotFound", "not found");
        Assert.True((await Grain.PatchAsync((int)PatchFormat.Apply, Bytes("{}"), Call(), Cancel)).Created);
    }

    [Fact]
    public async Task A_stopped_database_is_a_503_that_says_when_to_try_again_and_the_grain_recovers()
    {
        await CreateAsync("{}");
        store.IsUnavailable = true;
        var reply = await PatchAsync("""{"x":1}""");
        AssertFailed(reply, 503, "ServiceUnavailable", "database");
        Assert.Equal(1, (int?)Json(reply.Failure!)["details"]!["retryAfterSeconds"]);

        store.IsUnavailable = false;
        Assert.Null((await PatchAsync("""{"x":1}""")).Failure);
    }

    [Fact]
    public async Task A_full_commit_queue_is_a_429()
    {
        store.IsOverloaded = true;
        AssertFailed(await CreateAsync("{}"), 429, "TooManyRequests", "try again later");
    }

    [Fact]
    public async Task Nothing_is_created_in_a_namespace_that_is_missing_or_goes()
    {
        store.TerminatingNamespaces.Add("default");
        AssertFailed(await CreateAsync("{}"), 404, "NotFound", "namespaces \"default\" not found");

        store.Write(new ObjectKey("", "namespaces", "", "default"), "{}");
        AssertFailed(await CreateAsync("{}"), 403, "Forbidden", "because it is being terminated");
    }

    private static void AssertFailed(WriteReply reply, int code, string reason, string message)
    {
        Assert.NotNull(reply.Failure);
        var status = Json(reply.Failure);
        Assert.Equal((code, reason), ((int?)status["code"], (string?)status["reason"]));
        Assert.Contains(message, (string?)status["message"], StringComparison.Ordinal);
    }

    private static WriteCall Call() => new() { User = "tester" };

    private static Immutable<byte[]> Bytes(string text) => new(Encoding.UTF8.GetBytes(text));

    private static JsonObject Json(ReadOnlyMemory<byte> bytes) => JsonNode.Parse(bytes.Span)!.AsObject();

    private Task<WriteReply> CreateAsync(string body) => Grain.CreateAsync(Bytes(body), Call(), Cancel);

    private Task<WriteReply> UpdateAsync(string body) => Grain.UpdateAsync(Bytes(body), Call(), Cancel);

    private Task<WriteReply> PatchAsync(string body) => Grain.PatchAsync((int)PatchFormat.Merge, Bytes(body), Call(), Cancel);
}
