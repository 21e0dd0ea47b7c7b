using Orchestrator.HistoryRun.Cluster;

namespace Orchestrator.HistoryRun.Faults;

/// <summary>What happens between silos and PostgreSQL.</summary>
internal static class NetworkFaults
{
    private const int Cuts = 6;

    public static IReadOnlyList<Fault> All { get; } =
    [
        new Fault("answers to COMMIT lost", (cluster, _, number, token) => CutAsync(cluster, number, proxy => proxy.LoseAnswers(Cuts), token)),
        new Fault("connection cut after COMMIT was sent", (cluster, _, number, token) => CutAsync(cluster, number, proxy => proxy.CutAfterSending(Cuts), token)),
        new Fault("silo cut off from PostgreSQL, silently", (cluster, chance, number, token) => ApartAsync(cluster, chance, number, proxy => proxy.Stall(), token)),
        new Fault("silo refused by PostgreSQL", (cluster, chance, number, token) => ApartAsync(cluster, chance, number, proxy => proxy.Refuse(), token)),
    ];

    private static async Task CutAsync(RunCluster cluster, int number, Action<DatabaseProxy> cut, CancellationToken cancellationToken)
    {
        var proxy = cluster.Proxies[number];
        var wanted = proxy.Cuts + Cuts;
        cut(proxy);
        for (var round = 0; round < 100 && proxy.Cuts < wanted; round++)
        {
            await Task.Delay(50, cancellationToken);
        }

        proxy.Heal();
    }

    private static async Task ApartAsync(RunCluster cluster, Random chance, int number, Action<DatabaseProxy> part, CancellationToken cancellationToken)
    {
        part(cluster.Proxies[number]);
        await Task.Delay(Fault.Between(chance, 1, 8), cancellationToken);
        cluster.Proxies[number].Heal();
        await cluster.ReadyAsync(cluster.Silos[number], cancellationToken);
    }
}
