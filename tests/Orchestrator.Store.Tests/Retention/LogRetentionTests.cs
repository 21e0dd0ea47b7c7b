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
public sealed class LogRetentionTests(PostgresFixture postgres, ITestOutputHelper output) : IClassFixture<PostgresFixture>
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
        // A silo's clock that is years ahead costs nobody the past: the age is by the database's.
        var ahead = new FakeTimeProvider(DateTimeOffset.UtcNow.AddYears(10));
        using var retention = new LogRetention(
            silo.Database, silo.Services.GetRequiredService<WatchCache>(), options, silo.Services.GetRequiredService<StoreMetrics>(), ahead, NullLogger<LogRetention>.Instance);
        await retention.TendAsync(Token);
        Assert.Equal(1L, await OldestAsync(silo));

        await ExecuteAsync(silo, "UPDATE change SET committed_at = committed_at - interval '61 minutes'");
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
            silo.Database, silo.Services.GetRequiredService<WatchCache>(), options, silo.Services.GetRequiredService<StoreMetrics>(), TimeProvider.System, NullLogger<LogRetention>.Instance);
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
        using var retention = new LogRetention(silo.Database, cache, options, silo.Services.GetRequiredService<StoreMetrics>(), TimeProvider.System, NullLogger<LogRetention>.Instance);
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

    [Fact]
    public async Task A_drop_that_was_interrupted_is_finished_by_the_next_round()
    {
        var options = postgres.Options with
        {
            ConnectionString = PostgresServer.Shared.CreateDatabase(),
            PartitionRevisions = 10,
            RetentionPeriod = TimeSpan.FromDays(1),
        };
        await using var silo = await StoreUnderTest.StartAsync(options, Token);
        for (var number = 1; number <= 25; number++)
        {
            await silo.Store.PutAsync(Make.Write(Make.ConfigMap($"i{number}")));
        }

        // As far as a server came that was killed in the middle.
        await ExecuteAsync(silo, "UPDATE cluster_revision SET compacted = 9");
        await ExecuteAsync(silo, $"ALTER TABLE change DETACH PARTITION {LogPartition.NameOf(0)} CONCURRENTLY");
        using var retention = new LogRetention(
            silo.Database, silo.Services.GetRequiredService<WatchCache>(), options, silo.Services.GetRequiredService<StoreMetrics>(), TimeProvider.System, NullLogger<LogRetention>.Instance);
        await retention.TendAsync(Token);
        await using var left = silo.Database.CreateCommand($"SELECT to_regclass('{LogPartition.NameOf(0)}')::text");
        Assert.IsType<DBNull>(await left.ExecuteScalarAsync(Token));
        Assert.Equal(10L, await OldestAsync(silo));
    }

    [Fact]
    public async Task Partitions_go_while_writes_and_watches_run_and_nobody_has_to_wait()
    {
        var options = postgres.Options with
        {
            ConnectionString = PostgresServer.Shared.CreateDatabase(),
            PartitionRevisions = 100,
            RetentionBytes = 1,
            RetentionPeriod = TimeSpan.FromMilliseconds(50),

            // Far beyond what a busy machine makes of a write: who had to wait for a lock would have to wait for this.
            LockTimeout = TimeSpan.FromSeconds(30),
            StatementTimeout = TimeSpan.FromSeconds(30),
            UnavailableAfter = TimeSpan.FromSeconds(60),
        };
        await using var silo = await StoreUnderTest.StartAsync(options, Token);
        var start = await silo.Cache.ReachCurrentAsync(Token);
        using var watch = silo.Cache.Watch(ConfigMaps, "", start)!;
        var longest = new System.Collections.Concurrent.ConcurrentBag<TimeSpan>();
        const int writers = 8;
        const int writes = 250;
        var writing = Task.WhenAll(Enumerable.Range(0, writers).Select(async writer =>
        {
            var key = Make.ConfigMap($"w{writer}", "stall");
            var revision = Revision.None;
            for (var step = 0; step < writes; step++)
            {
                var began = System.Diagnostics.Stopwatch.GetTimestamp();
                revision = (await silo.Store.PutAsync(Make.Write(key, revision, $"{step}"))).Revision;
                longest.Add(System.Diagnostics.Stopwatch.GetElapsedTime(began));
            }
        }));
        for (var expected = start.Value + 1; expected <= start.Value + (writers * writes); expected++)
        {
            Assert.Equal(expected, (await watch.Changes.ReadAsync(Token)).Revision.Value);
        }

        await writing;
        var sorted = longest.Order().ToArray();
        var oldest = (long)(await OldestAsync(silo))!;
        output.WriteLine($"oldest revision {oldest}; writes p50 {sorted[sorted.Length / 2].TotalMilliseconds:F1} ms, p99 {sorted[sorted.Length * 99 / 100].TotalMilliseconds:F1} ms, longest {sorted[^1].TotalMilliseconds:F1} ms");
        Assert.True(oldest >= start.Value + 500, $"compaction came only to {oldest}");

        // A drop that waited for readers with the log locked would show as the lock timeout; a busy machine alone as less.
        Assert.InRange(sorted[^1], TimeSpan.Zero, options.LockTimeout / 3);
    }

    private static async Task ExecuteAsync(StoreUnderTest silo, string sql)
    {
#pragma warning disable CA2100 // The tests' own texts.
        await using var command = silo.Database.CreateCommand(sql);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(Token);
    }

    private static async Task<object?> OldestAsync(StoreUnderTest silo)
    {
        await using var command = silo.Database.CreateCommand("SELECT min(revision) FROM change");
        return await command.ExecuteScalarAsync(Token);
    }
}
