using Orchestrator.Api.Identity;
using Orchestrator.Store.Cache;
using Orchestrator.Store.Commits;
using Orchestrator.TestKit.Postgres;

namespace Orchestrator.Store.Tests.Cache;

/// <summary>What readers and watchers get, over a real PostgreSQL.</summary>
public sealed class WatchCacheTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly GroupResource ConfigMaps = new("", "configmaps");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_header_is_parsed_and_owners_are_indexed()
    {
        await using var silo = await StoreUnderTest.StartAsync(postgres.Options, Token);
        var key = Make.ConfigMap("owned");
        var written = await silo.Store.PutAsync(Make.Write(
            key, value: "v", extra: """,,"uid":"u1","labels":{"app":"web"},"ownerReferences":[{"kind":"X","uid":"boss"}]""".Replace(",,", ",", StringComparison.Ordinal)));
        await silo.Cache.WaitForAsync(written.Revision, Token);

        var found = silo.Cache.Find(key)!;
        Assert.Equal("u1", found.Uid);
        Assert.Equal("web", found.Labels["app"]);
        Assert.Equal(["boss"], found.OwnerUids);
        Assert.Equal("owned", found.Field("metadata.name"));
        Assert.Equal("v", found.Field("value"));
        Assert.Equal("", found.Field("spec.nodeName"));
        Assert.Equal(written.Text(), found.Stored.Text());
        Assert.Equal([key], silo.Cache.OwnedBy(ConfigMaps, "boss").Select(owned => owned.Key));

        await silo.Store.PutAsync(Make.Write(key, written.Revision));
        await silo.Cache.ReachCurrentAsync(Token);
        Assert.Empty(silo.Cache.OwnedBy(ConfigMaps, "boss"));
    }

    [Fact]
    public async Task A_list_is_in_the_order_of_keys_and_an_old_one_does_not_change()
    {
        await using var silo = await StoreUnderTest.StartAsync(postgres.Options, Token);
        ObjectKey[] keys = [Make.ConfigMap("b", "order"), Make.ConfigMap("a", "order"), Make.ConfigMap("c", "order-2")];
        foreach (var key in keys)
        {
            await silo.Store.PutAsync(Make.Write(key));
        }

        var revision = await silo.Cache.ReachCurrentAsync(Token);
        var snapshot = silo.Cache.Snapshot(ConfigMaps, "");
        Assert.Equal(revision, snapshot.Revision);

        // As bytes: "order-2/c" < "order/a", since '-' comes before '/'.
        Assert.Equal(
            ["order-2/c", "order/a", "order/b"],
            snapshot.Objects.Select(found => $"{found.Stored.Key.Namespace}/{found.Stored.Key.Name}").Where(name => name.StartsWith("order", StringComparison.Ordinal)));

        await silo.Store.PutAsync(Make.Write(Make.ConfigMap("later", "order")));
        await silo.Cache.ReachCurrentAsync(Token);
        Assert.DoesNotContain(snapshot.Objects, found => found.Stored.Key.Name == "later");
        Assert.Equal(3, silo.Cache.List(ConfigMaps, "order").Count);
    }

    [Fact]
    public async Task A_watch_sees_each_change_of_its_namespace_once_with_what_was_before()
    {
        await using var silo = await StoreUnderTest.StartAsync(postgres.Options, Token);
        var start = await silo.Cache.ReachCurrentAsync(Token);
        using var watch = silo.Cache.Watch(ConfigMaps, "seen", start)!;
        var key = Make.ConfigMap("one", "seen");
        var created = await silo.Store.PutAsync(Make.Write(key, value: "1"));
        await silo.Store.PutAsync(Make.Write(Make.ConfigMap("one", "unseen")));
        var updated = await silo.Store.PutAsync(Make.Write(key, created.Revision, "2"));
        var removed = await silo.Store.PutAsync(Make.Remove(key, updated.Revision));

        var changes = await TakeAsync(watch, 3);
        Assert.Equal([ChangeType.Added, ChangeType.Modified, ChangeType.Deleted], changes.Select(change => change.Type));
        Assert.Equal([created.Revision, updated.Revision, removed.Revision], changes.Select(change => change.Revision));
        Assert.Equal([null, created.Text(), updated.Text()], changes.Select(change => change.Previous?.Stored.Text()));
        Assert.Contains($"\"resourceVersion\":\"{removed.Revision}\"", changes[2].Object.Stored.Text(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10_000)]
    [InlineData(3)]
    public async Task A_watch_from_an_old_revision_is_replayed_from_memory_or_from_the_log(int inMemory)
    {
        await using var silo = await StoreUnderTest.StartAsync(postgres.Options with { RecentChanges = inMemory }, Token);
        var start = await silo.Cache.ReachCurrentAsync(Token);
        var ns = $"replay-{inMemory}";
        var key = Make.ConfigMap("counter", ns);
        var current = await silo.Store.PutAsync(Make.Write(key, value: "0"));
        for (var value = 1; value <= 50; value++)
        {
            current = await silo.Store.PutAsync(Make.Write(key, current.Revision, $"{value}"));
        }

        await silo.Cache.WaitForAsync(current.Revision, Token);
        using var watch = silo.Cache.Watch(ConfigMaps, ns, start)!;
        current = await silo.Store.PutAsync(Make.Write(key, current.Revision, "51"));

        var changes = await TakeAsync(watch, 52);
        Assert.Equal(Enumerable.Range((int)start.Value + 1, 52).Select(revision => (long)revision), changes.Select(change => change.Revision.Value));
        Assert.Null(changes[0].Previous);
        Assert.All(changes.Skip(1).Zip(changes), pair => Assert.Equal(pair.Second.Object.Stored.Text(), pair.First.Previous!.Stored.Text()));
    }

    [Fact]
    public async Task A_watcher_that_is_filled_from_the_log_is_said_to_be_no_further_than_it_was_filled()
    {
        // Memory holds the last three, and the log's replay waits for its reader after ten: a bookmark of the cache's revision would skip the rest.
        await using var silo = await StoreUnderTest.StartAsync(postgres.Options with { RecentChanges = 3, WatchBufferFrames = 10 }, Token);
        var start = await silo.Cache.ReachCurrentAsync(Token);
        for (var number = 0; number < 50; number++)
        {
            await silo.Store.PutAsync(Make.Write(Make.ConfigMap($"t{number}", "told")));
        }

        var current = await silo.Cache.ReachCurrentAsync(Token);
        using var watch = silo.Cache.Watch(ConfigMaps, "told", start)!;
        await TakeAsync(watch, 1);
        Assert.Equal(start, watch.Told);
        await TakeAsync(watch, 49);
        while (watch.Told != current)
        {
            await Task.Yield();
            Token.ThrowIfCancellationRequested();
        }

        await silo.Store.PutAsync(Make.Write(Make.ConfigMap("live", "told")));
        current = await silo.Cache.ReachCurrentAsync(Token);
        Assert.Equal(current, watch.Told);
        Assert.Equal("live", Assert.Single(await TakeAsync(watch, 1)).Object.Stored.Key.Name);
    }

    [Fact]
    public async Task A_slow_watcher_is_cut_off_alone()
    {
        await using var silo = await StoreUnderTest.StartAsync(postgres.Options with { WatchBufferFrames = 5 }, Token);
        var start = await silo.Cache.ReachCurrentAsync(Token);
        using var slow = silo.Cache.Watch(ConfigMaps, "slow", start)!;
        using var quick = silo.Cache.Watch(ConfigMaps, "slow", start)!;
        for (var number = 0; number < 8; number++)
        {
            await silo.Store.PutAsync(Make.Write(Make.ConfigMap($"n{number}", "slow")));
            Assert.Equal($"n{number}", (await quick.Changes.ReadAsync(Token)).Object.Stored.Key.Name);
        }

        Assert.Null(slow.Told);
        Assert.Equal(5, (await TakeAsync(slow, 5)).Count);
        await Assert.ThrowsAsync<WatchOverflowException>(async () =>
        {
            while (await slow.Changes.WaitToReadAsync(Token))
            {
            }
        });
        await silo.Store.PutAsync(Make.Write(Make.ConfigMap("last", "slow")));
        Assert.Equal("last", (await quick.Changes.ReadAsync(Token)).Object.Stored.Key.Name);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20261124)]
    public async Task After_random_writes_the_caches_of_two_silos_equal_the_table(int seed)
    {
        await using var one = await StoreUnderTest.StartAsync(postgres.Options, Token);
        await using var two = await StoreUnderTest.StartAsync(postgres.Options, Token);
        var ns = $"random-{seed}";
#pragma warning disable CA5394 // Chance with a seed is the point.
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            var random = new Random(seed + writer);
            for (var step = 0; step < 60; step++)
            {
                var silo = random.Next(2) == 0 ? one : two;
                var key = Make.ConfigMap($"k{random.Next(12)}", ns);
                var current = silo.Cache.Get(key);
                var request = Make.Write(key, current?.Revision ?? default, $"{writer}/{step}");
                await silo.Store.CommitAsync(request with { Removes = current is not null && random.Next(3) == 0 }, Token);
            }
        }));
#pragma warning restore CA5394

        foreach (var silo in (StoreUnderTest[])[one, two])
        {
            await silo.Cache.ReachCurrentAsync(Token);
            var cached = silo.Cache.List(ConfigMaps, ns);
            for (var number = 0; number < 12; number++)
            {
                var key = Make.ConfigMap($"k{number}", ns);
                var stored = await silo.Store.ReadAsync(key, Token);
                Assert.Equal(stored?.Text(), silo.Cache.Get(key)?.Text());
                Assert.Equal(stored is not null, cached.Any(found => found.Key == key));
            }
        }
    }

    [Fact]
    public async Task A_fresh_cache_loads_what_the_old_one_had()
    {
        await using var one = await StoreUnderTest.StartAsync(postgres.Options, Token);
        await one.Store.PutAsync(Make.Write(Make.ConfigMap("kept", "fresh"), value: "v"));
        await one.Cache.ReachCurrentAsync(Token);
        await using var two = await StoreUnderTest.StartAsync(postgres.Options, Token);
        Assert.Equal(one.Cache.Revision, two.Cache.Revision);
        Assert.Equal(
            one.Cache.List(ConfigMaps).Select(stored => stored.Text()),
            two.Cache.List(ConfigMaps).Select(stored => stored.Text()));
    }

    private static async Task<List<ChangeEvent>> TakeAsync(IWatchSubscription watch, int count)
    {
        var changes = new List<ChangeEvent>();
        while (changes.Count < count)
        {
            changes.Add(await watch.Changes.ReadAsync(Token));
        }

        return changes;
    }
}
