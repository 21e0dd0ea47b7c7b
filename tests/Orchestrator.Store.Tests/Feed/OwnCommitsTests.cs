using System.Collections.Concurrent;
using System.Globalization;
using Orchestrator.Api.Machinery;
using Orchestrator.Store.Cache;
using Orchestrator.Store.Commits;
using Orchestrator.Store.Feed;
using Orchestrator.TestKit.Postgres;
using Orchestrator.TestKit.Silos;

namespace Orchestrator.Store.Tests.Feed;

/// <summary>What a silo writes is handed from its committer to its feed; whatever that misses is read from the log.</summary>
public sealed class OwnCommitsTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const int Writers = 8;
    private const int Steps = 40;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_silo_writes_is_published_although_the_backend_that_notifies_it_is_frozen()
    {
        // Without the poll, which would find the backend frozen and connect anew.
        await using var silo = await StoreUnderTest.StartAsync(postgres.Options with { PollPeriod = TimeSpan.FromMinutes(10) }, Token);
        var backend = await FeedBackendAsync(silo);
        Signals.Send(backend, Signals.Stop);
        try
        {
            var key = Make.ConfigMap("frozen");
            var made = await silo.Store.PutAsync(Make.Write(key, value: "1"));
            var changed = await silo.Store.PutAsync(Make.Write(key, made.Revision, "2"));
            await silo.Cache.WaitForAsync(changed.Revision, Token).WaitAsync(Patience, Token);
            Assert.Equal(changed.Text(), silo.Cache.Get(key)!.Text());
        }
        finally
        {
            Signals.Send(backend, Signals.Continue);
        }
    }

    [Fact]
    public async Task What_another_silo_wrote_in_between_is_read_from_the_log()
    {
        await using var one = await StoreUnderTest.StartAsync(postgres.Options, Token);
        await using var other = await StoreUnderTest.StartAsync(postgres.Options, Token);
        for (var turn = 0; turn < 20; turn++)
        {
            var theirs = await other.Store.PutAsync(Make.Write(Make.ConfigMap($"turn-{turn}-theirs")));
            var ours = await one.Store.PutAsync(Make.Write(Make.ConfigMap($"turn-{turn}-ours")));
            await one.Cache.WaitForAsync(ours.Revision, Token).WaitAsync(Patience, Token);
            Assert.Equal(theirs.Text(), one.Cache.Get(theirs.Key)!.Text());
            Assert.Equal(ours.Text(), one.Cache.Get(ours.Key)!.Text());
        }
    }

    [Fact]
    public async Task Two_silos_that_write_at_once_publish_the_same_changes()
    {
        await using var one = await StoreUnderTest.StartAsync(postgres.Options, Token);
        await using var other = await StoreUnderTest.StartAsync(postgres.Options, Token);
        var start = await one.Cache.ReachCurrentAsync(Token);
        await other.Cache.ReachCurrentAsync(Token);
        var (first, second) = (new ConcurrentQueue<string>(), new ConcurrentQueue<string>());
        using var hearing = one.Feed.Subscribe(batch => Keep(first, batch));
        using var listening = other.Feed.Subscribe(batch => Keep(second, batch));
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => WriteAsync(writer % 2 == 0 ? one : other, writer)));
        var end = await one.Cache.ReachCurrentAsync(Token);
        await other.Cache.ReachCurrentAsync(Token);

        Assert.Equal(first, second);
        Assert.Equal(end.Value - start.Value, first.Count);
    }

    /// <summary>Makes, changes and removes objects, each third time together with another one.</summary>
    private static async Task WriteAsync(StoreUnderTest silo, int writer)
    {
        var companion = await silo.Store.PutAsync(Make.Write(Make.ConfigMap($"companion-{writer}")));
        for (var step = 0; step < Steps; step++)
        {
            var text = step.ToString(CultureInfo.InvariantCulture);
            var made = await silo.Store.PutAsync(Make.Write(Make.ConfigMap($"both-{writer}-{step}"), value: text, extra: ""","labels":{"app":"web"}"""));
            var write = Make.Write(made.Key, made.Revision, "changed");
            if (step % 3 == 0)
            {
                var with = new CompanionWrite(companion.Key, companion.Revision, Make.Document(companion.Key, text));
                var outcome = await silo.Store.CommitAsync(write with { Companions = [with] }, Token);
                var committed = Assert.IsType<CommitOutcome.Committed>(outcome);
                (made, companion) = (committed.Object, committed.Companions[0]);
            }
            else
            {
                made = await silo.Store.PutAsync(write);
            }

            await silo.Store.PutAsync(Make.Remove(made.Key, made.Revision));
        }
    }

    private static void Keep(ConcurrentQueue<string> kept, ChangeBatch batch)
    {
        foreach (var change in batch.Changes)
        {
            var labels = string.Join(',', change.Object.Labels.Select(label => $"{label.Key}={label.Value}"));
            kept.Enqueue($"{change.Revision} {change.Type} {change.Object.Stored.Text()} {labels} before {change.Previous?.Stored.Revision}");
        }
    }

    private static async Task<int> FeedBackendAsync(StoreUnderTest silo)
    {
        await using var find = silo.Database.CreateCommand(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'orchestrator feed'");
        return (int)(await find.ExecuteScalarAsync(Token))!;
    }
}
