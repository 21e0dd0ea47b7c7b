using Orchestrator.HistoryRun.Cluster;

namespace Orchestrator.HistoryRun.Faults;

/// <summary>Something that goes wrong, and is well again when it returns.</summary>
/// <param name="Name">Its name in reports.</param>
/// <param name="RunAsync">Does it to a cluster; the number chooses the silo.</param>
internal sealed record Fault(string Name, Func<RunCluster, Random, int, CancellationToken, Task> RunAsync)
{
    /// <summary>True when the silo that was chosen is itself the victim, so that requests through it are expected to fail.</summary>
    public bool TakesSilo { get; init; }

    /// <summary>Whether this machine can do it.</summary>
    public Func<RunCluster, bool> IsPossible { get; init; } = _ => true;

    /// <summary>Every fault there is.</summary>
    public static IReadOnlyList<Fault> All { get; } = [.. SiloFaults.All, .. BackendFaults.All, .. DatabaseFaults.All, .. NetworkFaults.All];

    /// <summary>A time between two bounds.</summary>
    public static TimeSpan Between(Random chance, double from, double to) => TimeSpan.FromSeconds(from + ((to - from) * chance.NextDouble()));
}
