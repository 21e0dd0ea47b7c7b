using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.Hosting;

namespace Orchestrator.Gateway.Hosting;

/// <summary>Stops serving before anything else of the silo stops: watches end at once, so that their clients go on elsewhere, and what does not end is cut off.</summary>
/// <remarks>Otherwise the first watch that nobody ends takes all the time that the host has to stop, and the grains are not handed over in good order.</remarks>
internal sealed class GatewayStop(IServer server) : IHostedLifecycleService, IDisposable
{
    /// <summary>How long requests, agents and streams may take to end before their connections are aborted.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private readonly CancellationTokenSource stopping = new();

    /// <summary>Cancelled when the silo begins to stop.</summary>
    public CancellationToken Stopping => stopping.Token;

    /// <inheritdoc />
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        await server.StopAsync(limit.Token);
    }

    /// <inheritdoc />
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public void Dispose() => stopping.Dispose();
}
