using System.Diagnostics;
using Orchestrator.HistoryChecker;
using Orchestrator.HistoryRun.Cluster;
using Orchestrator.HistoryRun.Faults;
using Orchestrator.HistoryRun.Load;
using Orchestrator.TestKit.Silos;

namespace Orchestrator.HistoryRun;

/// <summary>One run: a cluster, a load, faults, and the judgement of what clients saw.</summary>
public static class HistoryRunner
{
    private const int Silos = 3;
    private const int Writers = 8;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(60);

    /// <summary>Runs.</summary>
    /// <param name="options">With which seed, how long, which faults.</param>
    /// <param name="output">Where progress is told.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<RunReport> RunAsync(RunOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        await output.WriteLineAsync($"seed {options.Seed}, {options.Time.TotalSeconds} s, {Silos} silos, {Writers} writers");
        await using var cluster = await RunCluster.StartAsync(Silos, options.Program, cancellationToken);
        var recorder = new Recorder();
        using var api = new ApiClient(recorder, cluster.AuthorityFile);
        await api.PrepareAsync(cluster.Silos[0], cancellationToken);
        var tail = new LogTail(cluster.Database);
        await tail.BeginAsync(cancellationToken);
        using var stopWriting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var stopWatching = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var tailing = tail.RunAsync(stopWatching.Token);
        var watchers = Watchers(options.Seed, recorder, api, cluster.Silos);
        var watching = Task.WhenAll(watchers.Select(watcher => watcher.RunAsync(stopWatching.Token)));
        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(number =>
            new RandomClient(number, new Random(HashCode(options.Seed, number)), api, cluster.Silos).RunAsync(stopWriting.Token)));
        var driver = new FaultDriver(cluster, recorder, new Random(options.Seed), output);
        await driver.RunAsync(options.Time, options.Only, cancellationToken);
        await stopWriting.CancelAsync();
        await writing;
        await SettleAsync(cluster, api, watchers, cancellationToken);
        await stopWatching.CancelAsync();
        await Task.WhenAll(watching, tailing);
        while (await tail.CopyAsync(cancellationToken) > 0)
        {
        }

        var began = Stopwatch.GetTimestamp();
        var history = recorder.ToHistory(tail);
        var violations = HistoryCheck.Run(history);
        return new RunReport(history, violations, recorder, driver.Reports, Stopwatch.GetElapsedTime(began)) { Evictions = cluster.Evictions };
    }

    // Not HashCode.Combine: that differs from process to process.
    private static int HashCode(int seed, int number) => unchecked((seed * 7919) + (number * 104_729));

    private static WatchingClient[] Watchers(int seed, Recorder recorder, ApiClient api, IReadOnlyList<SiloProcess> silos) =>
        [.. ((string[])["", "", .. RandomClient.Labels, ""]).Select((selector, number) =>
            new WatchingClient($"watcher-{number}", selector, new Random(HashCode(seed, 1000 + number)), recorder, api, silos)
            {
                // One that resumes at once, some from what is only in the log, some from what may be nowhere any more.
                Pause = TimeSpan.FromSeconds(number * 4),
            })];

    /// <summary>When all is well again, every silo must show the same, and every watcher must come to the end.</summary>
    private static async Task SettleAsync(RunCluster cluster, ApiClient api, WatchingClient[] watchers, CancellationToken cancellationToken)
    {
        foreach (var silo in cluster.Silos)
        {
            await cluster.ReadyAsync(silo, cancellationToken);
        }

        var began = Stopwatch.GetTimestamp();
        var ends = new Dictionary<string, long>();
        foreach (var label in RandomClient.Labels)
        {
            ends[label] = await MarkAsync(cluster, api, label, cancellationToken);
        }

        ends[""] = ends.Values.Max();
        while (watchers.Any(watcher => watcher.Reached < ends[watcher.Selector]) && Stopwatch.GetElapsedTime(began) < Settling)
        {
            await Task.Delay(50, cancellationToken);
        }

        foreach (var watcher in watchers)
        {
            watcher.Require(ends[watcher.Selector]);
        }

        foreach (var silo in cluster.Silos)
        {
            await api.DoAsync(silo, new Operation { Id = 0, Verb = Verb.List, Begin = 0, End = 0, Outcome = Outcome.Unknown }, cancellationToken);
        }
    }

    /// <summary>Writes an object that ends the history for the watchers of a label.</summary>
    private static async Task<long> MarkAsync(RunCluster cluster, ApiClient api, string label, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var silo = cluster.Silos[attempt % cluster.Silos.Count];
            var made = await api.DoAsync(silo, new Operation
            {
                Id = 0, Verb = Verb.Create, Key = $"end-{label}-{attempt}", Value = $"end-{label}-{attempt}", Label = label, Begin = 0, End = 0, Outcome = Outcome.Unknown,
            }, cancellationToken);
            if (made.Outcome == Outcome.Ok)
            {
                return made.Revision;
            }

            if (attempt > 60)
            {
                throw new InvalidOperationException($"writes are not served any more: {made}\n{silo.Log}");
            }

            await Task.Delay(500, cancellationToken);
        }
    }
}
