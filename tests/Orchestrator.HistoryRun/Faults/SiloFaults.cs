using System.Globalization;
using Orchestrator.HistoryRun.Cluster;
using Orchestrator.TestKit.Silos;

namespace Orchestrator.HistoryRun.Faults;

/// <summary>What happens to silos.</summary>
internal static class SiloFaults
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);

    // The last silo is the one whose clock can be moved; PostgreSQL's own stays right.
    private static readonly int[] JumpsSeconds = [-86_400, -3_600, -30, 30, 3_600, 86_400];

    public static IReadOnlyList<Fault> All { get; } =
    [
        new Fault("silo killed (kill -9)", KilledAsync) { TakesSilo = true },
        new Fault("silo frozen (SIGSTOP)", FrozenAsync) { TakesSilo = true },
        new Fault("silo restarted (SIGTERM)", RestartedAsync) { TakesSilo = true },
        new Fault("clock jump of one silo", JumpAsync) { IsPossible = cluster => cluster.CanMoveClock },
    ];

    private static async Task KilledAsync(RunCluster cluster, Random chance, int number, CancellationToken cancellationToken)
    {
        var silo = cluster.Silos[number];
        silo.Signal(Signals.Kill);
        await silo.GoneAsync(StopPatience, cancellationToken);
        await Task.Delay(Fault.Between(chance, 2, 4), cancellationToken);
        silo.Start();
        await cluster.ReadyAsync(silo, cancellationToken);
    }

    private static async Task FrozenAsync(RunCluster cluster, Random chance, int number, CancellationToken cancellationToken)
    {
        var silo = cluster.Silos[number];
        silo.Signal(Signals.Stop);
        try
        {
            await Task.Delay(Fault.Between(chance, 2, 9), cancellationToken);
        }
        finally
        {
            silo.Signal(Signals.Continue);
        }

        // Frozen for long, it was declared dead, and ends when it learns of it.
        await silo.GoneAsync(TimeSpan.FromSeconds(3), cancellationToken);
        await cluster.ReadyAsync(silo, cancellationToken);
    }

    private static async Task RestartedAsync(RunCluster cluster, Random chance, int number, CancellationToken cancellationToken)
    {
        var silo = cluster.Silos[number];
        silo.Signal(Signals.Terminate);
        if (!await silo.GoneAsync(StopPatience, cancellationToken))
        {
            throw new InvalidOperationException($"{silo.Name} does not stop when it is told to:\n{silo.Log}");
        }

        silo.Start();
        await cluster.ReadyAsync(silo, cancellationToken);
    }

    private static async Task JumpAsync(RunCluster cluster, Random chance, int number, CancellationToken cancellationToken)
    {
        var silo = cluster.Silos[^1];
        var seconds = JumpsSeconds[chance.Next(JumpsSeconds.Length)];
        try
        {
            await SetClockAsync(silo, seconds, cancellationToken);
            await Task.Delay(Fault.Between(chance, 3, 5), cancellationToken);
        }
        finally
        {
            await SetClockAsync(silo, 0, CancellationToken.None);
        }

        await cluster.ReadyAsync(silo, cancellationToken);
    }

    private static Task SetClockAsync(SiloProcess silo, int seconds, CancellationToken cancellationToken) =>
        File.WriteAllTextAsync(silo.ClockFile, seconds.ToString("+0;-0;+0", CultureInfo.InvariantCulture) + "\n", cancellationToken);
}
