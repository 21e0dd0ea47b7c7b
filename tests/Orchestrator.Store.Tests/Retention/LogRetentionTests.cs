using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Api.Identity;
using Orchestrator.Store.Cache;
using Orchestrator.Store.Feed;
using Orchestrator.Store.Retention;
using Orchestrator.TestKit.Postgres;

namespace Orchestrator.Store.Tests.Retention;

/// <summary>What stays of the change log, and what a watch of before is told.</summary>
public sealed class LogRetentionTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly GroupResource ConfigMaps = new("", "configmaps");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Old_partitions_are_dropped_whole_and_older_watches_are_refused()
    {
        var options = postgres.Options with
        {
            ConnectionString = PostgresServer.Shared.CreateDatabase(),
            PartitionRevisions = 10,
            RecentChanges = 5,
            RetentionPeriod = TimeSpan.FromDays(1),
        };
        await using var silo = await StoreUnderTest.StartAsync(options, Token);
        for (var number = 1; number <= 35; number++)
        {
            await silo.Store.PutAsync(Make.Write(Make.ConfigMap($"r{number}")));
        }

        await silo.Cache.ReachCurrentAsync(Token);
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        using var retention = new LogRetention(
            silo.Database, silo.Services.GetRequiredService<WatchCache>(), options, clock, NullLogger<LogRetention>.Instance);
        await retention.TendAsync(Token);
        Assert.Equal(1L, await OldestAsync(silo));

        clock.Advance(options.Retention + TimeSpan.FromMinutes(1));
        await retention.TendAsync(Token);

        // Revisions 1 to 9 and the full partitions of ten after them are gone; the one in use stays although it is as old.
        Assert.Equal(30L, await OldestAsync(silo));
        Assert.Null(silo.Cache.Watch(ConfigMaps, "default", new Revision(28)));
        using var watch = silo.Cache.Watch(ConfigMaps, "default", new Revision(29))!;
        Assert.Equal("r30", (await watch.Changes.ReadAsync(Token)).Object.Stored.Key.Name);

        // A cache that starts now has all objects, and knows what the log lacks.
        await using var late = await StoreUnderTest.StartAsync(options, Token);
        Assert.Equal(35, late.Cache.List(ConfigMaps).Count);
        Assert.Null(late.Cache.Watch(ConfigMaps, "default", new Revision(28)));
    }

    [Fact]
    public async Task A_log_beyond_its_size_is_dropped_whatever_its_age()
    {
        var options = postgres.Options with
        {
            ConnectionString = PostgresServer.Shared.CreateDatabase(),
            PartitionRevisions = 10,
            RetentionBytes = 1,
            RetentionPeriod = TimeSpan.FromDays(1),
        };
        await using var silo = await StoreUnderTest.StartAsync(options, Token);
        for (var number = 1; number <= 25; number++)
        {
            await silo.Store.PutAsync(Make.Write(Make.ConfigMap($"s{number}")));
        }

        using var retention = new LogRetention(
            silo.Database, silo.Services.GetRequiredService<WatchCache>(), options, TimeProvider.System, NullLogger<LogRetention>.Instance);
        await retention.TendAsync(Token);
        Assert.Equal(20L, await OldestAsync(silo));
        await silo.Store.PutAsync(Make.Write(Make.ConfigMap("after")));
    }

    [Fact]
    public async Task A_cache_that_fell_behind_the_log_is_read_anew_and_says_so()
    {
        var options = postgres.Options with
        {
            ConnectionString = PostgresServer.Shared.CreateDatabase(),
            PartitionRevisions = 10,
            RetentionBytes = 1,
            RetentionPeriod = TimeSpan.FromDays(1),
        };
        await using var silo = await StoreUnderTest.StartAsync(options, Token);
        for (var number = 1; number <= 25; number++)
        {
            await silo.Store.PutAsync(Make.Write(Make.ConfigMap($"b{number}")));
        }

        var current = await silo.Cache.ReachCurrentAsync(Token);
        var cache = silo.Services.GetRequiredService<WatchCache>();
        using var retention = new LogRetention(silo.Database, cache, options, TimeProvider.System, NullLogger<LogRetention>.Instance);
        await retention.TendAsync(Token);

        // As if this silo had been cut off since revision 3: what follows is no longer in the log.
        cache.Load(new Revision(3), default, []);
        var batch = new TaskCompletionSource<ChangeBatch>();
        using var subscription = silo.Feed.Subscribe(published => batch.TrySetResult(published));
        using var watch = silo.Cache.Watch(ConfigMaps, "", new Revision(20))!;

        Assert.Equal(current, await silo.Cache.ReachCurrentAsync(Token));
        Assert.Equal(25, silo.Cache.List(ConfigMaps).Count);
        var reset = await batch.Task.WaitAsync(Token);
        Assert.True(reset.Reset);
        Assert.Equal((3L, current.Value), (reset.From.Value, reset.To.Value));
        await Assert.ThrowsAsync<WatchOverflowException>(() => watch.Changes.WaitToReadAsync(Token).AsTask());
    }

    private static async Task<object?> OldestAsync(StoreUnderTest silo)
    {
        await using var command = silo.Database.CreateCommand("SELECT min(revision) FROM change");
        return await command.ExecuteScalarAsync(Token);
    }
}
