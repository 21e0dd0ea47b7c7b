using Microsoft.Extensions.DependencyInjection;

namespace Orchestrator.Client;

/// <summary>Registers the client.</summary>
public static class ClientServices
{
    /// <summary>Adds an <see cref="OrchestratorClient"/> on the host's Orleans client (<c>UseOrleansClient</c>), or on its silo.</summary>
    public static IServiceCollection AddOrchestratorClient(this IServiceCollection services, ClientOptions options) =>
        services.AddSingleton(provider => new OrchestratorClient(provider.GetRequiredService<IGrainFactory>(), options));
}
