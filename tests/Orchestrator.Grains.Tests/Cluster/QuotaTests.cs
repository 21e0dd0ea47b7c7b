using k8s.Models;
using Orchestrator.Client;
using Orchestrator.TestKit.Postgres;
using Orchestrator.TestSilo;

namespace Orchestrator.Grains.Tests.Cluster;

/// <summary>A quota under many writers on two silos, each a process of its own, on one real database.</summary>
public sealed class QuotaTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const string Ns = "team";
    private const int Allowed = 25;
    private const int Asked = 120;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Of_many_pods_that_are_created_at_once_on_two_silos_exactly_as_many_come_to_be_as_the_quota_allows()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        await using var silos = await TwoSilos.StartAsync(postgres.ConnectionString, limit.Token);
        var client = silos.Client;
        await client.CreateAsync(Manifests.Namespace(Ns), limit.Token);
        await client.CreateAsync(new V1ResourceQuota
        {
            Metadata = new V1ObjectMeta { Name = "limit", NamespaceProperty = Ns },
            Spec = new V1ResourceQuotaSpec { Hard = new Dictionary<string, ResourceQuantity> { ["pods"] = new($"{Allowed}") } },
        }, limit.Token);
        await UsedAsync(client, 0, limit.Token);
        await foreach (var account in client.FollowAsync<V1ServiceAccount>(Ns, Selection.Everything, limit.Token))
        {
            if (account.Object.Metadata.Name == "default")
            {
                break;
            }
        }

        var outcomes = await Task.WhenAll(Enumerable.Range(0, Asked).Select(number => TryCreateAsync(client, number, limit.Token)));
        Assert.Equal(Allowed, outcomes.Count(refusal => refusal is null));
        Assert.All(outcomes.OfType<string>(), refusal => Assert.EndsWith(
            $"exceeded quota: limit, requested: pods=1, used: pods={Allowed}, limited: pods={Allowed}", refusal, StringComparison.Ordinal));
        var pods = (await client.ListAsync<V1Pod>(Ns, limit.Token)).Items;
        Assert.Equal(Allowed, pods.Count);
        await UsedAsync(client, Allowed, limit.Token);

        // What is given back can be used again.
        await client.DeleteAsync<V1Pod>(Ns, pods[0].Metadata.Name, limit.Token);
        await UsedAsync(client, Allowed - 1, limit.Token);
        Assert.Null(await TryCreateAsync(client, Asked, limit.Token));
    }

    private static async Task<string?> TryCreateAsync(OrchestratorClient client, int number, CancellationToken cancellationToken)
    {
        try
        {
            await client.CreateAsync(new V1Pod
            {
                Metadata = new V1ObjectMeta { Name = $"pod-{number}", NamespaceProperty = Ns },
                Spec = new V1PodSpec { Containers = [new V1Container { Name = "c", Image = "c:1" }] },
            }, cancellationToken);
            return null;
        }
        catch (ForbiddenException refusal) when (refusal.Message.Contains("exceeded quota", StringComparison.Ordinal))
        {
            return refusal.Message;
        }
    }

    private static async Task UsedAsync(OrchestratorClient client, int used, CancellationToken cancellationToken)
    {
        await foreach (var change in client.FollowAsync<V1ResourceQuota>(Ns, Selection.Everything, cancellationToken))
        {
            if (change.Object.Status?.Used is { } amounts && amounts.TryGetValue("pods", out var pods) && pods.ToString() == $"{used}")
            {
                return;
            }
        }
    }
}
