using System.Diagnostics;
using System.Net;
using k8s.Models;
using Npgsql;
using Orchestrator.Api.Identity;
using Orchestrator.Client;
using Orchestrator.Grains.Controllers;
using Orchestrator.Grains.Streams;
using Orchestrator.TestKit.Postgres;
using Orchestrator.TestSilo;

namespace Orchestrator.Grains.Tests.Cluster;

/// <summary>Two silos as processes on one database; the one that rolls out is killed in the middle.</summary>
public sealed class LostSiloTests(PostgresFixture postgres, ITestOutputHelper output) : IClassFixture<PostgresFixture>
{
    private const string Ns = "default";
    private const int Replicas = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>Measured with a machine to itself: about 1.3 s. The bound leaves room for a busy one.</summary>
    private static readonly TimeSpan LossNoticed = TimeSpan.FromSeconds(10);

    /// <summary>Measured with a machine to itself: under 3 s. Reminders alone, spread over a minute, would bring one of sixteen shards back in each 4 s.</summary>
    private static readonly TimeSpan TakenUp = TimeSpan.FromSeconds(25);

    [Fact]
    public async Task A_rollout_goes_on_when_the_silo_of_its_shard_is_killed()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        await using var silos = await TwoSilos.StartAsync(postgres.ConnectionString, limit.Token);
        var client = silos.Client;
        await client.CreateAsync(Manifests.Namespace(Ns), limit.Token);

        // The pods of the second template wait until the silo is dead, so that the rollout cannot be over before.
        var killed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        var nodes = new PodsBecomeReady(
            client, Ns, pod => pod.Spec.Containers[0].Image == "web:1" ? Task.CompletedTask : killed.Task).RunAsync(over.Token);
        await client.CreateAsync(Manifests.Deployment(Ns, "web", Replicas, "web:1"), limit.Token);
        await RolledOutAsync(client, limit.Token);

        await client.ChangeAsync<V1Deployment>(Ns, "web", web => web.Spec.Template.Spec.Containers[0].Image = "web:2", limit.Token);
        await FirstNewPodAsync(client, limit.Token);
        var victim = await SiloOfShardAsync(silos.Grains) == silos.First.Settings.SiloPort ? silos.First : silos.Second;
        var began = Stopwatch.GetTimestamp();
        victim.Kill();
        killed.SetResult();

        var noticed = await DeadInTableAsync(victim.Settings.SiloPort, began, limit.Token);
        await RolledOutAsync(client, limit.Token);
        output.WriteLine($"the loss was noticed after {noticed.TotalSeconds:F2} s and the rollout was over after {Stopwatch.GetElapsedTime(began).TotalSeconds:F2} s");
        var pods = (await client.ListAsync<V1Pod>(Ns, limit.Token)).Items;
        Assert.Equal(Replicas, pods.Count);
        Assert.All(pods, pod => Assert.Equal("web:2", pod.Spec.Containers[0].Image));
        Assert.InRange(noticed, TimeSpan.Zero, LossNoticed);
        await over.CancelAsync();
        await nodes;
    }

    /// <summary>Their reminders would take up to a minute, and until then what they had been told of would lie.</summary>
    [Fact]
    public async Task The_shards_of_a_lost_silo_are_taken_up_although_nothing_happens()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        await using var silos = await TwoSilos.StartAsync(postgres.ConnectionString, limit.Token);
        var placed = await ShardsAsync(silos.Grains, ports => ports.All(silo => silo is not null), limit.Token);

        // The one that was there first has most, if not all.
        var (victim, other) = placed.Count(silo => silo == silos.First.Settings.SiloPort) > placed.Length / 2 ? (silos.First, silos.Second) : (silos.Second, silos.First);
        var began = Stopwatch.GetTimestamp();
        victim.Kill();
        await ShardsAsync(silos.Grains, ports => ports.All(silo => silo == other.Settings.SiloPort), limit.Token);
        var taken = Stopwatch.GetElapsedTime(began);
        output.WriteLine($"all shards were taken up after {taken.TotalSeconds:F2} s");
        Assert.InRange(taken, TimeSpan.Zero, TakenUp);
    }

    /// <summary>The port of a grain's silo; null where it is not active, or where who would know has just been killed.</summary>
    private static async Task<int?> PortAsync(IGrainFactory grains, IAddressable grain, CancellationToken cancellationToken)
    {
        try
        {
            return (await grains.GetGrain<IManagementGrain>(0).GetActivationAddress(grain, cancellationToken))?.Endpoint.Port;
        }
        catch (Exception lost) when (lost is OrleansException or TimeoutException)
        {
            return null;
        }
    }

    /// <summary>Waits until the shards of a controller lie as wanted.</summary>
    /// <returns>The port of each one's silo; null where it is not active.</returns>
    private static async Task<int?[]> ShardsAsync(IGrainFactory grains, Func<int?[], bool> wanted, CancellationToken cancellationToken)
    {
        while (true)
        {
            var silos = new int?[ReconcilerCatalog.Shards];
            for (var shard = 0; shard < silos.Length; shard++)
            {
                var grain = grains.GetGrain<IControllerShardGrain>(ShardKeys.Build("deployment-controller", shard));
                silos[shard] = await PortAsync(grains, grain, cancellationToken);
            }

            if (wanted(silos))
            {
                return silos;
            }

            await Task.Delay(50, cancellationToken);
        }
    }

    private static async Task FirstNewPodAsync(OrchestratorClient client, CancellationToken cancellationToken)
    {
        await foreach (var change in client.FollowAsync<V1Pod>(Ns, Selection.Everything, cancellationToken))
        {
            if (change.Object.Spec.Containers[0].Image == "web:2")
            {
                return;
            }
        }
    }

    private static async Task RolledOutAsync(OrchestratorClient client, CancellationToken cancellationToken)
    {
        await foreach (var change in client.FollowAsync<V1Deployment>(Ns, Selection.Everything, cancellationToken))
        {
            var (meta, status) = (change.Object.Metadata, change.Object.Status);
            if (status?.ObservedGeneration == meta.Generation
                && (status?.UpdatedReplicas, status?.AvailableReplicas, status?.Replicas) == (Replicas, Replicas, Replicas))
            {
                return;
            }
        }
    }

    private static async Task<int> SiloOfShardAsync(IGrainFactory grains)
    {
        var shard = ShardKeys.ShardOf(new ObjectKey("apps", "deployments", Ns, "web"), ReconcilerCatalog.Shards);
        var grain = grains.GetGrain<IControllerShardGrain>(ShardKeys.Build("deployment-controller", shard));
        var silo = await grains.GetGrain<IManagementGrain>(0).GetActivationAddress(grain);
        return Assert.IsType<IPEndPoint>(silo!.Endpoint).Port;
    }

    private async Task<TimeSpan> DeadInTableAsync(int siloPort, long began, CancellationToken cancellationToken)
    {
        const int dead = 6;
        await using var database = NpgsqlDataSource.Create(postgres.ConnectionString + ";Search Path=orchestrator;Maximum Pool Size=1");
        await using var command = database.CreateCommand("SELECT count(*) FROM orleans_member WHERE port = $1 AND status = $2");
        command.Parameters.AddWithValue(siloPort);
        command.Parameters.AddWithValue(dead);
        while ((long)(await command.ExecuteScalarAsync(cancellationToken))! == 0)
        {
            // Membership tells nobody outside of the cluster; the limit ends the wait.
            await Task.Delay(20, cancellationToken);
        }

        return Stopwatch.GetElapsedTime(began);
    }
}
