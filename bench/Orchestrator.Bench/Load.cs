using System.Diagnostics;
using System.Globalization;

namespace Orchestrator.Bench;

/// <summary>A number of clients that each send one request after the other for a time.</summary>
/// <param name="clients">How many.</param>
/// <param name="duration">For how long a reported load is sent.</param>
/// <param name="usage">What the loaded cluster uses; null for a yardstick, of which only the speed is told.</param>
internal sealed class Load(int clients, TimeSpan duration, ClusterUsage? usage = null)
{
    /// <summary>Sends for the load's time and reports what it took.</summary>
    /// <param name="report">Takes the figures.</param>
    /// <param name="benchmark">The benchmark's name.</param>
    /// <param name="operation">What is done.</param>
    /// <param name="send">Sends one request of a client; false when there is nothing left to send.</param>
    /// <param name="cancellationToken">Ends the load early.</param>
    public async Task ReportAsync(Report report, string benchmark, string operation, Func<int, Task<bool>> send, CancellationToken cancellationToken)
    {
        var cpu = usage?.CpuSeconds() ?? 0;
        var began = Stopwatch.GetTimestamp();
        var took = await RunAsync(duration, send, cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(began);
        report.Add(
            benchmark,
            string.Create(CultureInfo.InvariantCulture, $"{operation}, {clients} client(s)"),
            took,
            elapsed,
            usage is null || took.Count == 0 ? null : new Cost((usage.CpuSeconds() - cpu) * 1000 / took.Count, usage.ServerMegabytes()));
    }

    /// <summary>Sends for a time; every request that was begun is waited for.</summary>
    /// <returns>How long each took.</returns>
    public async Task<List<TimeSpan>> RunAsync(TimeSpan time, Func<int, Task<bool>> send, CancellationToken cancellationToken)
    {
        var until = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var results = await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(
            async () =>
            {
                var took = new List<TimeSpan>();
                while (!cancellationToken.IsCancellationRequested)
                {
                    var began = Stopwatch.GetTimestamp();
                    if (began >= until || !await send(client))
                    {
                        break;
                    }

                    took.Add(Stopwatch.GetElapsedTime(began));
                }

                return took;
            },
            cancellationToken)));
        cancellationToken.ThrowIfCancellationRequested();
        return [.. results.SelectMany(list => list)];
    }
}

/// <summary>What an operation costs the cluster.</summary>
/// <param name="CpuSecondsPerThousand">Processor time of server and PostgreSQL for a thousand operations.</param>
/// <param name="ServerMegabytes">The server's memory when the load had ended.</param>
internal sealed record Cost(double CpuSecondsPerThousand, double ServerMegabytes);
