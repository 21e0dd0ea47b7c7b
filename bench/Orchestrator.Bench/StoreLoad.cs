using System.Globalization;
using System.Text;
using Orchestrator.Api.Identity;
using Orchestrator.Store.Commits;

namespace Orchestrator.Bench;

/// <summary>The commit path alone, without HTTP, grains and decisions: creates and updates of 1 KB documents by one silo's store, and by two at once.</summary>
/// <remarks>The stores run in this process, PostgreSQL in its own: it is that of a cluster whose server has nothing else to do.</remarks>
internal static class StoreLoad
{
    private const string Name = "store";
    private static readonly int[] Clients = [1, 16, 64, 256];
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(BenchOptions options, Report report, CancellationToken cancellationToken)
    {
        await Yardsticks.MeasureAsync(Name, options, report, cancellationToken);
        await using var cluster = await BenchCluster.StartAsync(options, withNode: false, cancellationToken);
        foreach (var silos in (int[])[1, 2])
        {
            var hosts = await Task.WhenAll(Enumerable.Range(0, silos).Select(_ => BenchStore.StartAsync(cluster, cancellationToken)));
            var stores = hosts.Select(host => host.Objects).ToArray();
            await LoadAsync(stores, new Load(64, WarmUp), $"w{silos}-", null, cancellationToken);
            foreach (var clients in Clients)
            {
                var load = new Load(clients, TimeSpan.FromSeconds(options.Seconds), new ClusterUsage(cluster, withThisProcess: true));
                await LoadAsync(stores, load, $"{silos}-{clients}-", report, cancellationToken);
            }

            foreach (var host in hosts)
            {
                await host.DisposeAsync();
            }
        }
    }

    private static async Task LoadAsync(IObjectStore[] stores, Load load, string prefix, Report? report, CancellationToken cancellationToken)
    {
        var count = 0;
        var latest = new Dictionary<int, (ObjectKey Key, Revision Revision)>();
        async Task<bool> CommitAsync(int client, ObjectKey key, Revision expected)
        {
            var document = Encoding.UTF8.GetBytes(ConfigMap.Document(key.Name, expected.ToString()));
            var outcome = await stores[client % stores.Length].CommitAsync(new CommitRequest { Key = key, Expected = expected, Document = document }, cancellationToken);
            var stored = outcome is CommitOutcome.Committed { Object: var found } ? found : throw new InvalidOperationException($"{key}: {outcome}");
            lock (latest)
            {
                latest[client] = (key, stored.Revision);
            }

            return true;
        }

        var loads = new (string Operation, Func<int, Task<bool>> Send)[]
        {
            ("create", client => CommitAsync(client, new ObjectKey("", "configmaps", "bench", string.Create(CultureInfo.InvariantCulture, $"{prefix}{Interlocked.Increment(ref count)}")), Revision.None)),
            ("update", client =>
            {
                lock (latest)
                {
                    var (key, revision) = latest[client];
                    return CommitAsync(client, key, revision);
                }
            }),
        };
        foreach (var (operation, send) in loads)
        {
            await (report is null
                ? load.RunAsync(WarmUp, send, cancellationToken)
                : load.ReportAsync(report, Name, stores.Length == 1 ? operation : $"{operation}, {stores.Length} committers", send, cancellationToken));
        }
    }
}
