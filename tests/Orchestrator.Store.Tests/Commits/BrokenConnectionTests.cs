using System.Globalization;
using Npgsql;
using Orchestrator.Api.Identity;
using Orchestrator.Store.Commits;
using Orchestrator.TestKit.Postgres;

namespace Orchestrator.Store.Tests.Commits;

/// <summary>What becomes of writes when connections or the database break under them.</summary>
public sealed class BrokenConnectionTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly GroupResource ConfigMaps = new("", "configmaps");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_commit_whose_answer_was_lost_is_found_again_and_not_repeated()
    {
        using var proxy = new CuttingProxy(postgres.ConnectionString);
        await using var silo = await StoreUnderTest.StartAsync(postgres.Options with { ConnectionString = proxy.ConnectionString }, Token);
        var taken = await silo.Store.PutAsync(Make.Write(Make.ConfigMap("taken")));

        // While the row is held, one write is stuck in a batch and the other two gather in the next, whose answer is lost.
        await using var holder = await silo.Database.OpenConnectionAsync(Token);
        await using var held = await holder.BeginTransactionAsync(Token);
        await using var hold = new NpgsqlCommand("SELECT 1 FROM cluster_revision FOR UPDATE", holder);
        await hold.ExecuteNonQueryAsync(Token);
        var plug = silo.Store.PutAsync(Make.Write(Make.ConfigMap("plug")));
        await EventuallyBlockedAsync(silo);
        var first = silo.Store.CommitAsync(Make.Write(Make.ConfigMap("lost-answer"), value: "1"), Token);
        var loser = silo.Store.CommitAsync(Make.Write(Make.ConfigMap("taken"), value: "2"), Token);

        // The rollback of the holder passes the proxy too, but it is no COMMIT.
        proxy.CutCommit(2);
        await held.RollbackAsync(Token);
        await plug;

        var committed = Assert.IsType<CommitOutcome.Committed>(await first).Object;
        Assert.Equal(taken.Revision, Assert.IsType<CommitOutcome.Conflict>(await loser).Current!.Revision);
        Assert.Equal(1, proxy.Cuts);
        Assert.Equal(committed.Text(), (await silo.Store.ReadAsync(committed.Key, Token))!.Text());
        Assert.Equal(1L, await ScalarAsync(silo, "SELECT count(*) FROM change WHERE key = '/configmaps/default/lost-answer'"));
        await silo.Store.PutAsync(Make.Write(committed.Key, committed.Revision, "2"));
    }

    [Fact]
    public async Task Writers_do_not_notice_that_the_committers_backend_is_killed_again_and_again()
    {
        await using var silo = await StoreUnderTest.StartAsync(postgres.Options with { UnavailableAfter = TimeSpan.FromMinutes(1) }, Token);
        var before = await silo.Store.CurrentRevisionAsync(Token);
        var writers = Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            var key = Make.ConfigMap($"killed-{writer}");
            var current = await silo.Store.PutAsync(Make.Write(key));
            for (var step = 1; step < 50; step++)
            {
                // A repeated or lost write would make this compare-and-swap fail.
                current = await silo.Store.PutAsync(Make.Write(key, current.Revision, $"{step}"));
            }
        }));
        var kills = 0;
        while (!writers.IsCompleted && kills < 15)
        {
            var done = await silo.Store.CurrentRevisionAsync(Token);
            await KillAsync(silo, "committer");
            kills++;

            // The next kill comes when the committer has got on.
            await Task.WhenAny(writers, silo.Cache.WaitForAsync(new Revision(done.Value + 3), Token));
        }

        await writers;
        Assert.InRange(kills, 3, 15);
        Assert.Equal(before.Value + 400, (await silo.Store.CurrentRevisionAsync(Token)).Value);
        Assert.Equal(400L, await ScalarAsync(silo, $"SELECT count(*) FROM change WHERE revision > {before.Value}"));
    }

    [Fact]
    public async Task The_feed_goes_on_without_a_gap_when_its_listening_backend_is_killed()
    {
        await using var silo = await StoreUnderTest.StartAsync(postgres.Options, Token);
        var start = await silo.Cache.ReachCurrentAsync(Token);
        var batches = new List<(long From, long To)>();
        using var subscription = silo.Feed.Subscribe(batch => batches.Add((batch.From.Value, batch.To.Value)));
        using var watch = silo.Cache.Watch(ConfigMaps, "feed", start)!;
        var last = Revision.None;
        for (var number = 0; number < 60; number++)
        {
            last = (await silo.Store.PutAsync(Make.Write(Make.ConfigMap($"f{number}", "feed")))).Revision;
            if (number % 20 == 10)
            {
                await KillAsync(silo, "feed");
            }
        }

        await silo.Cache.WaitForAsync(last, Token);
        for (var number = 0; number < 60; number++)
        {
            Assert.Equal($"f{number}", (await watch.Changes.ReadAsync(Token)).Object.Stored.Key.Name);
        }

        Assert.Equal(start.Value, batches[0].From);
        Assert.All(batches.Skip(1).Zip(batches), pair => Assert.Equal(pair.Second.To, pair.First.From));
    }

    [Fact]
    public async Task A_stopped_database_refuses_writes_in_time_serves_stale_reads_and_all_resumes_when_it_is_back()
    {
        using var server = new PostgresServer();
        var options = new StoreOptions { ConnectionString = server.CreateDatabase(), UnavailableAfter = TimeSpan.FromMilliseconds(300) };
        await using var silo = await StoreUnderTest.StartAsync(options, Token);
        var kept = await silo.Store.PutAsync(Make.Write(Make.ConfigMap("kept"), value: "1"));
        await silo.Cache.WaitForAsync(kept.Revision, Token);

        server.Stop();
        var writes = Enumerable.Range(0, 30).Select(number => silo.Store.CommitAsync(Make.Write(Make.ConfigMap($"w{number}")), Token)).ToArray();
        foreach (var write in writes)
        {
            await Assert.ThrowsAsync<StoreUnavailableException>(() => write.WaitAsync(TimeSpan.FromSeconds(30), Token));
        }

        await Assert.ThrowsAsync<StoreUnavailableException>(() => silo.Store.CommitAsync(Make.Write(Make.ConfigMap("refused")), Token));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => silo.Store.ReadAsync(kept.Key, Token));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => silo.Cache.ReachCurrentAsync(Token));
        Assert.Equal(kept.Text(), silo.Cache.Get(kept.Key)!.Text());

        server.Start();
        var updated = await EventuallyAsync(() => silo.Store.PutAsync(Make.Write(kept.Key, kept.Revision, "2")));
        Assert.Equal(kept.Revision.Value + 1, updated.Revision.Value);
        await silo.Cache.WaitForAsync(updated.Revision, Token);
        Assert.Equal(updated.Text(), silo.Cache.Get(kept.Key)!.Text());
    }

    private static async Task EventuallyBlockedAsync(StoreUnderTest silo)
    {
        const string blocked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        while ((long)(await ScalarAsync(silo, blocked))! == 0)
        {
            await Task.Yield();
        }
    }

    /// <summary>Tries until the store is available again; it tells nobody when, and refuses at once until then.</summary>
    private static async Task<T> EventuallyAsync<T>(Func<Task<T>> attempt)
    {
        var deadline = DateTime.UtcNow.AddSeconds(30);
        while (true)
        {
            try
            {
                return await attempt();
            }
            catch (StoreUnavailableException) when (DateTime.UtcNow < deadline)
            {
                await Task.Yield();
            }
        }
    }

    private static Task<object?> KillAsync(StoreUnderTest silo, string role) =>
        ScalarAsync(
            silo,
            string.Create(CultureInfo.InvariantCulture, $"""
            SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = 'orchestrator {role}'
            """));

    private static async Task<object?> ScalarAsync(StoreUnderTest silo, string sql)
    {
        await using var command = silo.Database.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Token);
    }
}
