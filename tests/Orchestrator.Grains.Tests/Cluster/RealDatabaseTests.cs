using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orchestrator.Client;
using Orchestrator.Controllers;
using Orchestrator.Grains.Controllers;
using Orchestrator.TestSilo;

namespace Orchestrator.Grains.Tests.Cluster;

/// <summary>One silo with nothing faked: PostgreSQL, AdoNet membership and reminders, the change feed behind the streams, every controller.</summary>
public sealed class RealDatabaseTests(SiloFixture fixture) : IClassFixture<SiloFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_deployment_becomes_a_replica_set_and_pods()
    {
        using var limit = Limit();
        var client = fixture.Client;
        await client.CreateAsync(Manifests.Deployment("default", "web", 3, "web:1"), limit.Token);
        var pods = new HashSet<string>();
        await foreach (var change in client.FollowAsync<V1Pod>("default", new Selection { Labels = "app=web" }, limit.Token))
        {
            pods.Add(change.Object.Metadata.Name);
            if (pods.Count == 3)
            {
                break;
            }
        }

        var set = Assert.Single((await client.ListAsync<V1ReplicaSet>("default", limit.Token)).Items);
        Assert.Equal(3, set.Spec.Replicas);
        Assert.All(pods, name => Assert.StartsWith(set.Metadata.Name + "-", name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_shard_has_its_reminder_in_the_database()
    {
        using var limit = Limit();
        var database = fixture.Services.GetRequiredService<NpgsqlDataSource>();
        var wanted = (Reconcilers.OfServer().Count + Reconcilers.All("").Count) * ReconcilerCatalog.Shards;
        while (true)
        {
            await using var command = database.CreateCommand("SELECT count(*) FROM orleans_reminder WHERE reminder_name = 'resync' AND grain_id LIKE 'controller-shard/%'");
            if ((long)(await command.ExecuteScalarAsync(limit.Token))! == wanted)
            {
                return;
            }

            // Nothing notifies of a reminder; the limit ends the wait.
            await Task.Delay(50, limit.Token);
        }
    }

    private static CancellationTokenSource Limit()
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(Patience);
        return limit;
    }
}
