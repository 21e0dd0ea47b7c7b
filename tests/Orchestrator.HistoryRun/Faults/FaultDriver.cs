using System.Diagnostics;
using Orchestrator.HistoryRun.Cluster;
using Orchestrator.HistoryRun.Load;

namespace Orchestrator.HistoryRun.Faults;

/// <summary>Lets one fault after the other happen, in an order that the seed makes; each comes as often as the others.</summary>
internal sealed class FaultDriver(RunCluster cluster, Recorder recorder, Random chance, TextWriter output)
{
    private readonly List<FaultReport> reports = [];

    /// <summary>What happened.</summary>
    public IReadOnlyList<FaultReport> Reports => reports;

    /// <summary>Goes on until the time is over; the last fault is healed when it returns.</summary>
    /// <param name="time">How long.</param>
    /// <param name="only">Only faults whose name contains it; empty: all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task RunAsync(TimeSpan time, string only, CancellationToken cancellationToken)
    {
        var possible = Fault.All.Where(fault => fault.IsPossible(cluster) && fault.Name.Contains(only, StringComparison.OrdinalIgnoreCase)).ToArray();
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < time)
        {
            chance.Shuffle(possible);
            foreach (var fault in possible.TakeWhile(_ => Stopwatch.GetElapsedTime(began) < time))
            {
                await Task.Delay(Fault.Between(chance, 1, 3), cancellationToken);
                await RunAsync(fault, Stopwatch.GetElapsedTime(began), cancellationToken);
            }
        }
    }

    private async Task RunAsync(Fault fault, TimeSpan at, CancellationToken cancellationToken)
    {
        var number = chance.Next(cluster.Silos.Count);
        var victim = fault.TakesSilo ? cluster.Silos[number].Name : "";
        var process = fault.TakesSilo ? cluster.Silos[number].ProcessId : 0;
        var began = Recorder.Now;

        // A seed of its own, so that a fault that draws more or less often does not change those after it.
        await fault.RunAsync(cluster, new Random(chance.Next()), number, cancellationToken);
        var report = new FaultReport(fault.Name, $"silo-{number}", victim, process, began, Recorder.Now);
        reports.Add(report);
        await output.WriteLineAsync(FormattableString.Invariant($"{at.TotalSeconds,7:F1} s  {fault.Name} ({report.Silo}), over after {Stopwatch.GetElapsedTime(began, report.End).TotalSeconds:F1} s; {recorder.Operations.Count} operations"));
    }
}

/// <summary>A fault that happened.</summary>
/// <param name="Name">Which.</param>
/// <param name="Silo">The silo that was chosen.</param>
/// <param name="Victim">The silo through which requests were expected to fail; empty: none in particular.</param>
/// <param name="Process">The victim's process at that time.</param>
/// <param name="Begin">When it began.</param>
/// <param name="End">When it was healed.</param>
internal sealed record FaultReport(string Name, string Silo, string Victim, int Process, long Begin, long End);
