using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Store.Commits;

namespace Orchestrator.Gateway.Health;

/// <summary>One thing that must be well for the server to be.</summary>
/// <param name="Name">As in <c>/readyz/NAME</c>.</param>
/// <param name="FaultAsync">What is wrong, or null.</param>
internal sealed record HealthCheck(string Name, Func<GatewayServices, HttpContext, Task<string?>> FaultAsync)
{
    /// <summary>How long the store may take to answer. Upstream: --etcd-healthcheck-timeout.</summary>
    private static readonly TimeSpan StorePatience = TimeSpan.FromSeconds(2);

    /// <summary>That there is an answer at all.</summary>
    private static HealthCheck Ping { get; } = new("ping", (_, _) => Task.FromResult<string?>(null));

    /// <summary>That the store answers; by the name that monitors look for.</summary>
    private static HealthCheck Store { get; } = new("etcd", StoreFaultAsync);

    /// <summary>That the watch cache holds everything; by upstream's name.</summary>
    private static HealthCheck Caches { get; } = new("informer-sync", (gateway, _) =>
        Task.FromResult(gateway.Cache.IsReady ? null : "the watch cache has not read all objects yet"));

    /// <summary>That the server is not about to end.</summary>
    private static HealthCheck Shutdown { get; } = new("shutdown", (_, http) => Task.FromResult(
        http.RequestServices.GetService<IHostApplicationLifetime>()?.ApplicationStopping.IsCancellationRequested == true ? "process is shutting down" : null));

    /// <summary>The checks of a path, in the order in which they are told; null: it has none.</summary>
    public static IReadOnlyList<HealthCheck>? Of(string path) => path switch
    {
        "healthz" or "livez" => [Ping, Store],
        "readyz" => [Ping, Store, Caches, Shutdown],
        _ => null,
    };

    private static async Task<string?> StoreFaultAsync(GatewayServices gateway, HttpContext http)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        patience.CancelAfter(StorePatience);
        try
        {
            await gateway.Cache.ReachCurrentAsync(patience.Token);
            return null;
        }
        catch (Exception failure) when (failure is StoreUnavailableException or TimeoutException
            || (failure is OperationCanceledException && !http.RequestAborted.IsCancellationRequested))
        {
            return "the store does not answer";
        }
    }
}
