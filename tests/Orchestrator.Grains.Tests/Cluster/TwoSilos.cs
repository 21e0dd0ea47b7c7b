using Orchestrator.Client;
using Orchestrator.TestKit.Silos;
using Orchestrator.TestSilo;

namespace Orchestrator.Grains.Tests.Cluster;

/// <summary>Two silos on one database, each a process of its own, and a client of both.</summary>
internal sealed class TwoSilos : IAsyncDisposable
{
    private readonly ClusterClient connection;

    private TwoSilos(SiloProcess first, SiloProcess second, ClusterClient connection) => (First, Second, this.connection) = (first, second, connection);

    public SiloProcess First { get; }

    public SiloProcess Second { get; }

    public IGrainFactory Grains => connection.Grains;

    public OrchestratorClient Client => new(Grains, "tester");

    /// <summary>Starts both at once and waits until they serve.</summary>
    public static async Task<TwoSilos> StartAsync(string database, CancellationToken cancellationToken)
    {
        var cluster = Guid.NewGuid().ToString("N");
        var ports = FreePorts.Take(4);
        var first = new SiloProcess(new SiloSettings(database, cluster, ports[0], ports[1]));
        var second = new SiloProcess(new SiloSettings(database, cluster, ports[2], ports[3]));
        try
        {
            await Task.WhenAll(first.Ready, second.Ready).WaitAsync(cancellationToken);
            return new TwoSilos(first, second, await ClusterClient.ConnectAsync(database, cluster, cancellationToken));
        }
        catch
        {
            first.Dispose();
            second.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await connection.DisposeAsync();
        First.Dispose();
        Second.Dispose();
    }
}
