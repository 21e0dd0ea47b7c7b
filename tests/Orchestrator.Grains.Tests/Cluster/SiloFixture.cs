using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orchestrator.Client;
using Orchestrator.TestKit.Postgres;
using Orchestrator.TestKit.Silos;
using Orchestrator.TestSilo;

namespace Orchestrator.Grains.Tests.Cluster;

/// <summary>A silo on a database of its own in this process, with the namespace <c>default</c>.</summary>
public sealed class SiloFixture : IAsyncLifetime
{
    private readonly PostgresFixture postgres = new();
    private IHost? silo;

    public IServiceProvider Services => silo!.Services;

    public OrchestratorClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var ports = FreePorts.Take(2);
        silo = await RealSilo.StartAsync(
            new SiloSettings(postgres.ConnectionString, Guid.NewGuid().ToString("N"), ports[0], ports[1]), CancellationToken.None);
        Client = new OrchestratorClient(Services.GetRequiredService<IGrainFactory>(), "tester");
        await Client.CreateAsync(Manifests.Namespace("default"));
    }

    public async ValueTask DisposeAsync()
    {
        if (silo is not null)
        {
            await silo.StopAsync(CancellationToken.None);
            silo.Dispose();
        }

        postgres.Dispose();
    }
}
