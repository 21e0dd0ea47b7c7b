using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.Gateway.Hosting;

namespace Orchestrator.Gateway.Bootstrap;

/// <summary>Makes what every cluster has: namespaces, priority classes, roles, and the Services of the API and of DNS.</summary>
public static class ClusterBootstrap
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Makes what is missing and completes default roles that lost rights. To be called once the silo has started; several silos may do it at once.</summary>
    /// <remarks>Tries until it succeeds: a cluster whose database is away starts when it is back. Only the token ends it before.</remarks>
    /// <param name="services">The host's services, with the gateway among them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task EnsureAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(services);
        var gateway = services.GetRequiredService<GatewayServices>();
        var run = new BootstrapRun(gateway, services.GetRequiredService<ILogger<BootstrapRun>>());
        for (var pause = FirstPause; !await run.TryAsync(cancellationToken); pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            await Task.Delay(pause, gateway.Clock, cancellationToken);
        }
    }
}
