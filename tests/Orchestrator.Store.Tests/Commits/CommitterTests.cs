using Npgsql;
using Orchestrator.Api.Identity;
using Orchestrator.Store.Commits;
using Orchestrator.TestKit.Postgres;

namespace Orchestrator.Store.Tests.Commits;

/// <summary>What the committer promises, on a real PostgreSQL.</summary>
public sealed class CommitterTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Create_update_and_delete_carry_the_revision_of_their_commit()
    {
        await using var silo = await StoreUnderTest.StartAsync(postgres.Options, Token);
        var key = Make.ConfigMap("life");
        var created = await silo.Store.PutAsync(Make.Write(key, value: "1"));
        var updated = await silo.Store.PutAsync(Make.Write(key, created.Revision, "2"));
        Assert.Equal(created.Revision.Value + 1, updated.Revision.Value);
        Assert.Equal($$$"""{"kind":"X","metadata":{"resourceVersion":"{{{updated.Revision}}}","name":"life"},"value":"2"}""", updated.Text());
        Assert.Equal(updated.Text(), (await silo.Store.ReadAsync(key, Token))!.Text());

        var removed = await silo.Store.PutAsync(Make.Remove(key, updated.Revision));
        Assert.Equal(updated.Revision.Value + 1, removed.Revision.Value);
        Assert.Null(await silo.Store.ReadAsync(key, Token));
        Assert.Equal(removed.Revision, await silo.Store.CurrentRevisionAsync(Token));

        var again = await silo.Store.PutAsync(Make.Write(key));
        Assert.True(again.Revision > removed.Revision);
    }

    [Fact]
    public async Task A_lost_race_is_answered_with_the_object_as_it_stands()
    {
        await using var silo = await StoreUnderTest.StartAsync(postgres.Options, Token);
        var key = Make.ConfigMap("race");
        var missing = await silo.Store.CommitAsync(Make.Write(key, new Revision(7)), Token);
        Assert.Equal(new CommitOutcome.Conflict(null), missing);

        var created = await silo.Store.PutAsync(Make.Write(key, value: "first"));
        var second = await silo.Store.CommitAsync(Make.Write(key, value: "second"), Token);
        var current = Assert.IsType<CommitOutcome.Conflict>(second).Current!;
        Assert.Equal(created.Text(), current.Text());

        Assert.IsType<CommitOutcome.Conflict>(await silo.Store.CommitAsync(Make.Remove(key, new Revision(created.Revision.Value + 1)), Token));
        Assert.Equal(new CommitOutcome.Conflict(null), await silo.Store.CommitAsync(Make.Remove(Make.ConfigMap("absent"), default), Token));
    }

    [Fact]
    public async Task Of_many_writers_of_one_object_exactly_one_wins_each_revision()
    {
        await using var one = await StoreUnderTest.StartAsync(postgres.Options, Token);
        await using var two = await StoreUnderTest.StartAsync(postgres.Options, Token);
        var key = Make.ConfigMap("contended");
        await one.Store.PutAsync(Make.Write(key));
        var wins = await Task.WhenAll(Enumerable.Range(0, 16).Select(writer => CountUpAsync(writer % 2 == 0 ? one.Store : two.Store, key, 10)));

        // Each of the 160 increments saw the value of the one before it.
        Assert.Equal(160, wins.Sum());
        Assert.Contains("\"value\":\"160\"", (await one.Store.ReadAsync(key, Token))!.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revisions_of_two_committers_have_no_gaps_and_agree_with_the_log()
    {
        await using var one = await StoreUnderTest.StartAsync(postgres.Options, Token);
        await using var two = await StoreUnderTest.StartAsync(postgres.Options, Token);
        var before = await one.Store.CurrentRevisionAsync(Token);
        var written = await Task.WhenAll(Enumerable.Range(0, 400).Select(number =>
            (number % 2 == 0 ? one : two).Store.PutAsync(Make.Write(Make.ConfigMap($"gapless-{number}")))));

        Assert.Equal(
            Enumerable.Range(1, 400).Select(step => before.Value + step),
            written.Select(stored => stored.Revision.Value).Order());
        Assert.Equal(before.Value + 400, (await two.Store.CurrentRevisionAsync(Token)).Value);
        Assert.Equal(400L, await ScalarAsync(one, $"SELECT count(*) FROM change WHERE revision > {before.Value}"));
    }

    [Fact]
    public async Task A_row_that_the_database_refuses_fails_alone()
    {
        await using var silo = await StoreUnderTest.StartAsync(postgres.Options, Token);
        var good = Enumerable.Range(0, 20).Select(number => silo.Store.PutAsync(Make.Write(Make.ConfigMap($"good-{number}")))).ToList();
        var bad = silo.Store.CommitAsync(Make.Write(Make.ConfigMap("bad")) with { User = "nul\0" }, Token);
        good.AddRange(Enumerable.Range(20, 20).Select(number => silo.Store.PutAsync(Make.Write(Make.ConfigMap($"good-{number}")))));
        await Task.WhenAll(good);
        await Assert.ThrowsAsync<InvalidOperationException>(() => bad);
        Assert.Null(await silo.Store.ReadAsync(Make.ConfigMap("bad"), Token));
    }

    [Fact]
    public async Task What_is_not_a_storable_document_is_refused_before_the_queue()
    {
        await using var silo = await StoreUnderTest.StartAsync(postgres.Options, Token);
        var request = Make.Write(Make.ConfigMap("x"));
        await Assert.ThrowsAsync<ArgumentException>(() => silo.Store.CommitAsync(request with { Document = "{"u8.ToArray() }, Token));
        await Assert.ThrowsAsync<ArgumentException>(() => silo.Store.CommitAsync(request with { Document = "{}"u8.ToArray() }, Token));
        await Assert.ThrowsAsync<ArgumentException>(() =>
            silo.Store.CommitAsync(Make.Write(Make.ConfigMap("x"), extra: ",\"resourceVersion\":\"1\""), Token));
    }

    [Fact]
    public async Task Nothing_is_created_in_a_namespace_that_is_missing_or_terminating()
    {
        await using var silo = await StoreUnderTest.StartAsync(postgres.Options, Token);
        var inside = Make.Write(Make.ConfigMap("inside", "team")) with { RequiredNamespace = "team" };
        Assert.IsType<CommitOutcome.NamespaceGone>(await silo.Store.CommitAsync(inside, Token));

        var team = await silo.Store.PutAsync(Make.Write(Make.Namespace("team")));
        var created = await silo.Store.PutAsync(inside);
        team = await silo.Store.PutAsync(Make.Write(Make.Namespace("team"), team.Revision, extra: ",\"deletionTimestamp\":\"2026-01-01T00:00:00Z\""));
        var late = Make.Write(Make.ConfigMap("late", "team")) with { RequiredNamespace = "team" };
        Assert.IsType<CommitOutcome.NamespaceGone>(await silo.Store.CommitAsync(late, Token));

        // What is already there can still be updated, so that finalizers get done.
        await silo.Store.PutAsync(inside with { Expected = created.Revision });
        await silo.Store.PutAsync(Make.Remove(Make.Namespace("team"), team.Revision));
        Assert.IsType<CommitOutcome.NamespaceGone>(await silo.Store.CommitAsync(late, Token));
    }

    [Fact]
    public async Task A_full_queue_is_answered_at_once()
    {
        await using var silo = await StoreUnderTest.StartAsync(postgres.Options with { CommitQueueLimit = 10 }, Token);
        await using var holder = await silo.Database.OpenConnectionAsync(Token);
        await using var held = await holder.BeginTransactionAsync(Token);
        await using (var command = new NpgsqlCommand("SELECT 1 FROM cluster_revision FOR UPDATE", holder))
        {
            await command.ExecuteNonQueryAsync(Token);
        }

        // Nothing can be committed now: the queue fills up, and whoever comes then is turned away.
        var writes = Enumerable.Range(0, 100).Select(number => silo.Store.CommitAsync(Make.Write(Make.ConfigMap($"full-{number}")), Token)).ToArray();
        var refused = writes.Count(write => write is { IsCompletedSuccessfully: true, Result: CommitOutcome.Overloaded });
        await held.RollbackAsync(Token);
        var outcomes = await Task.WhenAll(writes);
        Assert.InRange(refused, 1, 90);
        Assert.Equal(100 - refused, outcomes.Count(outcome => outcome is CommitOutcome.Committed));
    }

    [Fact]
    public async Task More_writes_than_partitions_were_made_for_are_committed_all_the_same()
    {
        // The background task that makes partitions ahead never runs here: the committer is on its own.
        var options = postgres.Options with { PartitionRevisions = 1000, PartitionsAhead = 1, RetentionPeriod = TimeSpan.FromHours(1) };
        await using var silo = await StoreUnderTest.StartAsync(options, Token);
        await Task.WhenAll(Enumerable.Range(0, 5000).Select(number => silo.Store.PutAsync(Make.Write(Make.ConfigMap($"many-{number}")))));
        await silo.Cache.ReachCurrentAsync(Token);
        Assert.Equal(5000, silo.Cache.List(new GroupResource("", "configmaps"), "default").Count(found => found.Key.Name.StartsWith("many-", StringComparison.Ordinal)));
    }

    private static async Task<int> CountUpAsync(IObjectStore store, ObjectKey key, int times)
    {
        var wins = 0;
        var current = (await store.ReadAsync(key, Token))!;
        while (wins < times)
        {
            var value = int.Parse("0" + current.Text().Split("\"value\":\"")[1].TrimEnd('}', '"'), System.Globalization.CultureInfo.InvariantCulture);
            switch (await store.CommitAsync(Make.Write(key, current.Revision, $"{value + 1}"), Token))
            {
                case CommitOutcome.Committed { Object: var written }:
                    wins++;
                    current = written;
                    break;
                case CommitOutcome.Conflict { Current: { } winner }:
                    current = winner;
                    break;
                case var other:
                    Assert.Fail($"unexpected {other}");
                    break;
            }
        }

        return wins;
    }

    private static async Task<object?> ScalarAsync(StoreUnderTest silo, string sql)
    {
        await using var command = silo.Database.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Token);
    }
}
