using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Store.Commits;
using Orchestrator.TestKit.Postgres;

namespace Orchestrator.Store.Tests.Commits;

/// <summary>Writes with companions, on a real PostgreSQL: all of it or nothing.</summary>
public sealed class CompanionTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_companion_is_written_with_its_write_and_has_a_row_of_its_own_in_the_log()
    {
        await using var silo = await StoreUnderTest.StartAsync(postgres.Options, Token);
        var quota = await silo.Store.PutAsync(Make.Write(Make.ConfigMap("quota"), value: "0"));
        var outcome = await silo.Store.CommitAsync(With(Make.Write(Make.ConfigMap("charged")), quota, "1"), Token);

        var committed = Assert.IsType<CommitOutcome.Committed>(outcome);
        var charged = Assert.Single(committed.Companions);
        Assert.Equal(quota.Revision.Value + 1, committed.Object.Revision.Value);
        Assert.Equal(quota.Revision.Value + 2, charged.Revision.Value);
        Assert.Equal(charged.Text(), (await silo.Store.ReadAsync(quota.Key, Token))!.Text());
        await using var command = silo.Database.CreateCommand(
            $"SELECT string_agg(key || ' ' || type || ' ' || previous_revision, ', ' ORDER BY revision) FROM change WHERE revision > {quota.Revision}");
        Assert.Equal($"/configmaps/default/charged 0 0, /configmaps/default/quota 1 {quota.Revision}", await command.ExecuteScalarAsync(Token));
    }

    [Fact]
    public async Task When_a_companion_has_changed_nothing_is_written_and_its_state_is_answered()
    {
        await using var silo = await StoreUnderTest.StartAsync(postgres.Options, Token);
        var old = await silo.Store.PutAsync(Make.Write(Make.ConfigMap("moved"), value: "0"));
        var now = await silo.Store.PutAsync(Make.Write(old.Key, old.Revision, "1"));
        var write = Make.Write(Make.ConfigMap("late"));

        var conflict = Assert.IsType<CommitOutcome.CompanionConflict>(await silo.Store.CommitAsync(With(write, old, "1"), Token));
        Assert.Equal(now.Text(), conflict.Current[old.Key]!.Text());
        Assert.Null(await silo.Store.ReadAsync(write.Key, Token));
        Assert.Equal(now.Revision, await silo.Store.CurrentRevisionAsync(Token));

        await silo.Store.PutAsync(Make.Remove(old.Key, now.Revision));
        conflict = Assert.IsType<CommitOutcome.CompanionConflict>(await silo.Store.CommitAsync(With(write, now, "2"), Token));
        Assert.Null(conflict.Current[old.Key]);
    }

    [Fact]
    public async Task When_the_write_itself_is_refused_its_companion_stays_as_it_was()
    {
        await using var silo = await StoreUnderTest.StartAsync(postgres.Options, Token);
        var quota = await silo.Store.PutAsync(Make.Write(Make.ConfigMap("untouched"), value: "0"));
        await silo.Store.PutAsync(Make.Write(Make.ConfigMap("taken")));

        Assert.IsType<CommitOutcome.Conflict>(await silo.Store.CommitAsync(With(Make.Write(Make.ConfigMap("taken")), quota, "1"), Token));
        var homeless = Make.Write(Make.ConfigMap("homeless", "nowhere")) with { RequiredNamespace = "nowhere" };
        Assert.IsType<CommitOutcome.NamespaceGone>(await silo.Store.CommitAsync(With(homeless, quota, "1"), Token));
        Assert.Equal(quota.Text(), (await silo.Store.ReadAsync(quota.Key, Token))!.Text());
    }

    [Fact]
    public async Task Of_many_charges_from_two_stores_each_sees_the_one_before_and_revisions_have_no_gaps()
    {
        await using var one = await StoreUnderTest.StartAsync(postgres.Options, Token);
        await using var two = await StoreUnderTest.StartAsync(postgres.Options, Token);
        var quota = await one.Store.PutAsync(Make.Write(Make.ConfigMap("contended-quota"), value: "0"));
        const int Writers = 60;
        var plain = Enumerable.Range(0, 100).Select(number => one.Store.PutAsync(Make.Write(Make.ConfigMap($"beside-{number}"))));
        var charges = Enumerable.Range(0, Writers).Select(number => ChargeAsync((number % 2 == 0 ? one : two).Store, quota, number));
        await Task.WhenAll(charges.Concat(plain.Cast<Task>()));

        Assert.Contains($"\"value\":\"{Writers}\"", (await one.Store.ReadAsync(quota.Key, Token))!.Text(), StringComparison.Ordinal);
        var latest = await one.Store.CurrentRevisionAsync(Token);
        Assert.Equal(quota.Revision.Value + 100 + (2 * Writers), latest.Value);
        await using var command = one.Database.CreateCommand($"SELECT count(DISTINCT revision) FROM change WHERE revision > {quota.Revision}");
        Assert.Equal(100L + (2 * Writers), await command.ExecuteScalarAsync(Token));
    }

    [Fact]
    public async Task A_companion_that_must_not_be_there_is_created_once_and_one_that_goes_with_its_write_can_be_created_again()
    {
        await using var one = await StoreUnderTest.StartAsync(postgres.Options, Token);
        await using var two = await StoreUnderTest.StartAsync(postgres.Options, Token);
        var claim = new ObjectKey("orchestrator", "nodeports", "", "30080");
        CommitRequest Claiming(string name) => Make.Write(Make.ConfigMap(name)) with { Companions = [new CompanionWrite(claim, Revision.None, Make.Write(claim).Document)] };

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => (number % 2 == 0 ? one : two).Store.CommitAsync(Claiming($"claimant-{number}"), Token)));
        var won = Assert.Single(outcomes.OfType<CommitOutcome.Committed>());
        Assert.All(outcomes.OfType<CommitOutcome.CompanionConflict>(), lost => Assert.Equal(won.Companions[0].Revision, lost.Current[claim]!.Revision));
        Assert.Equal(19, outcomes.OfType<CommitOutcome.CompanionConflict>().Count());
        Assert.Equal(won.Object.Revision.Value + 1, won.Companions[0].Revision.Value);

        var gone = Make.Remove(won.Object.Key, won.Object.Revision) with
        {
            Companions = [new CompanionWrite(claim, won.Companions[0].Revision, Make.Write(claim).Document) { Removes = true }],
        };
        Assert.IsType<CommitOutcome.Committed>(await one.Store.CommitAsync(gone, Token));
        Assert.Null(await two.Store.ReadAsync(claim, Token));
        Assert.IsType<CommitOutcome.Committed>(await two.Store.CommitAsync(Claiming("heir"), Token));
        await using var command = one.Database.CreateCommand("SELECT string_agg(type::text, ' ' ORDER BY revision) FROM change WHERE key = 'orchestrator/nodeports//30080'");
        Assert.Equal("0 2 0", await command.ExecuteScalarAsync(Token));
    }

    [Fact]
    public async Task A_companion_that_cannot_be_stored_is_refused_before_the_queue()
    {
        await using var silo = await StoreUnderTest.StartAsync(postgres.Options, Token);
        var write = Make.Write(Make.ConfigMap("x"));
        var unmade = write with { Companions = [new CompanionWrite(Make.ConfigMap("y"), default, Make.Document(Make.ConfigMap("y"))) { Removes = true }] };
        await Assert.ThrowsAsync<ArgumentException>(() => silo.Store.CommitAsync(unmade, Token));
        var broken = write with { Companions = [new CompanionWrite(Make.ConfigMap("y"), new Revision(1), "{"u8.ToArray())] };
        await Assert.ThrowsAsync<ArgumentException>(() => silo.Store.CommitAsync(broken, Token));
    }

    private static async Task ChargeAsync(IObjectStore store, StoredObject quota, int number)
    {
        for (var (known, used) = (quota, 0); ;)
        {
            var outcome = await store.CommitAsync(With(Make.Write(Make.ConfigMap($"charge-{number}")), known, $"{used + 1}"), Token);
            if (outcome is CommitOutcome.Committed)
            {
                return;
            }

            known = Assert.IsType<CommitOutcome.CompanionConflict>(outcome).Current[quota.Key]!;
            used = int.Parse(known.Text().Split("\"value\":\"")[1].Split('"')[0], System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    private static CommitRequest With(CommitRequest write, StoredObject companion, string value) =>
        write with { Companions = [new CompanionWrite(companion.Key, companion.Revision, Make.Document(companion.Key, value))] };
}
