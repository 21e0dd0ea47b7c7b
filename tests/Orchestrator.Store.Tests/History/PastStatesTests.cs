using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orchestrator.Api.Identity;
using Orchestrator.Store.Cache;
using Orchestrator.Store.History;
using Orchestrator.Store.Retention;
using Orchestrator.TestKit.Postgres;

namespace Orchestrator.Store.Tests.History;

/// <summary>The past as it is read equals the past as it was: the log replayed up to the revision.</summary>
public sealed class PastStatesTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly GroupResource ConfigMaps = new("", "configmaps");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(20261127)]
    public async Task As_of_any_revision_equals_the_log_replayed_to_it(int seed)
    {
        await using var silo = await StoreUnderTest.StartAsync(postgres.Options, Token);
        var past = silo.Services.GetRequiredService<IPastStates>();
        var start = await silo.Cache.ReachCurrentAsync(Token);
        string[] namespaces = [$"past-{seed}", $"past-{seed}-b"];
#pragma warning disable CA5394 // Chance with a seed is the point.
        var random = new Random(seed);
        for (var step = 0; step < 150; step++)
        {
            var key = Make.ConfigMap($"k{random.Next(8)}", namespaces[random.Next(2)]);
            var current = await silo.Store.ReadAsync(key, Token);
            await silo.Store.PutAsync(Make.Write(key, current?.Revision ?? default, $"{step}") with { Removes = current is not null && random.Next(3) == 0 });
        }

        var end = await silo.Store.CurrentRevisionAsync(Token);
        for (var check = 0; check < 40; check++)
        {
            var at = new Revision(random.NextInt64(start.Value, end.Value + 1));
            var ns = random.Next(3) is var which && which < 2 ? namespaces[which] : "";
            var list = (await past.ListAsync(ConfigMaps, ns, at, Token))!;
            Assert.Equal(at, list.Revision);
            Assert.Equal(await ReplayedAsync(silo, ns, at), list.Objects.Select(found => (found.Stored.Key.ToString(), found.Stored.Revision.Value)));

            var key = Make.ConfigMap($"k{random.Next(8)}", namespaces[0]);
            var alone = (await past.FindAsync(key, at, Token))!;
            Assert.Equal(
                (await ReplayedAsync(silo, namespaces[0], at)).Where(row => row.Key == key.ToString()),
                alone.Objects.Select(found => (found.Stored.Key.ToString(), found.Stored.Revision.Value)));
        }
#pragma warning restore CA5394
    }

    [Fact]
    public async Task What_is_compacted_is_refused_and_what_is_retained_is_not()
    {
        var options = postgres.Options with
        {
            ConnectionString = PostgresServer.Shared.CreateDatabase(), PartitionRevisions = 10, RetentionBytes = 1, RetentionPeriod = TimeSpan.FromDays(1),
        };
        await using var silo = await StoreUnderTest.StartAsync(options, Token);
        for (var number = 1; number <= 25; number++)
        {
            await silo.Store.PutAsync(Make.Write(Make.ConfigMap($"c{number}", "compacted")));
        }

        using var retention = new LogRetention(
            silo.Database, silo.Services.GetRequiredService<WatchCache>(), options, silo.Services.GetRequiredService<StoreMetrics>(), TimeProvider.System, NullLogger<LogRetention>.Instance);
        await retention.TendAsync(Token);
        var past = silo.Services.GetRequiredService<IPastStates>();
        Assert.Null(await past.ListAsync(ConfigMaps, "compacted", new Revision(18), Token));
        Assert.Null(await past.FindAsync(Make.ConfigMap("c1", "compacted"), new Revision(18), Token));
        Assert.Equal(19, (await past.ListAsync(ConfigMaps, "compacted", new Revision(19), Token))!.Objects.Count);

        // The version that stood at 21 was written at 1: it is in no partition any more, so it must not be taken for absent.
        await silo.Store.PutAsync(Make.Write(Make.ConfigMap("c1", "compacted"), new Revision(1), "new"));
        Assert.Null(await past.ListAsync(ConfigMaps, "compacted", new Revision(21), Token));
        Assert.Single((await past.FindAsync(Make.ConfigMap("c21", "compacted"), new Revision(21), Token))!.Objects);
    }

    private static async Task<List<(string Key, long Revision)>> ReplayedAsync(StoreUnderTest silo, string ns, Revision at)
    {
        var state = new SortedDictionary<string, long>(StringComparer.Ordinal);
        await using var command = silo.Database.CreateCommand("SELECT key, revision, type FROM change WHERE revision <= $1 ORDER BY revision");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = at.Value });
        await using var reader = await command.ExecuteReaderAsync(Token);
        while (await reader.ReadAsync(Token))
        {
            var key = ObjectKey.Parse(reader.GetString(0));
            if (key.GroupResource == ConfigMaps && (ns.Length == 0 || key.Namespace == ns))
            {
                state[key.ToString()] = reader.GetInt64(1);
                if (reader.GetInt16(2) == 2)
                {
                    state.Remove(key.ToString());
                }
            }
        }

        return [.. state.Select(entry => (entry.Key, entry.Value))];
    }
}
