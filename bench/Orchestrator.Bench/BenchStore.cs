using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Store;
using Orchestrator.Store.Commits;

namespace Orchestrator.Bench;

/// <summary>A silo's store in this process, over a cluster's PostgreSQL: writes without HTTP, grains and decisions.</summary>
internal sealed class BenchStore : IAsyncDisposable
{
    private readonly IHost host;

    private BenchStore(IHost host) => this.host = host;

    /// <summary>Takes writes.</summary>
    public IObjectStore Objects => host.Services.GetRequiredService<IObjectStore>();

    /// <summary>Starts it; it reads all that is stored.</summary>
    public static async Task<BenchStore> StartAsync(BenchCluster cluster, CancellationToken cancellationToken)
    {
        var host = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        host.Logging.ClearProviders();
        host.Services.AddOrchestratorStore(new StoreOptions { ConnectionString = cluster.ConnectionString });
        var started = host.Build();
        await started.StartAsync(cancellationToken);
        return new BenchStore(started);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
    }
}
