using Microsoft.Extensions.Logging;

namespace Orchestrator.Host.Up;

/// <summary>Starts parts again that have ended.</summary>
internal sealed partial class Supervisor(IReadOnlyList<IPart> parts, ILogger<Supervisor> logger, TimeProvider clock)
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>A part that ran this long has recovered.</summary>
    private static readonly TimeSpan Recovered = TimeSpan.FromMinutes(1);

    /// <summary>Watches until cancelled, even when there is nothing to watch: a server on somebody else's database and without a node has no parts.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(parts.Select(part => WatchAsync(part, cancellationToken)));
        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task WatchAsync(IPart part, CancellationToken cancellationToken)
    {
        var pause = ShortestPause;
        var started = clock.GetTimestamp();
        try
        {
            while (true)
            {
                await Task.Delay(Period, clock, cancellationToken);
                if (part.IsAlive)
                {
                    continue;
                }

                pause = clock.GetElapsedTime(started) > Recovered ? ShortestPause : pause * 2 < LongestPause ? pause * 2 : LongestPause;
                LogEnded(part.Name, pause);
                await Task.Delay(pause, clock, cancellationToken);
                await StartAsync(part, cancellationToken);
                started = clock.GetTimestamp();
            }
        }
        catch (OperationCanceledException)
        {
            // The cluster stops.
        }
    }

    private async Task StartAsync(IPart part, CancellationToken cancellationToken)
    {
        try
        {
            await part.StartAsync(cancellationToken);
            LogStarted(part.Name);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Whatever it is: giving up would leave the cluster without the part. The next round tries again, after a longer pause.
            LogFailed(part.Name, e.Message);
        }
    }
}
