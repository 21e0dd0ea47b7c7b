using System.Buffers.Text;
using System.Diagnostics;
using System.Globalization;

namespace Orchestrator.Bench;

/// <summary>Many watchers of one resource, each on a connection of its own, while a writer changes objects at a steady pace.</summary>
/// <remarks>The writer puts its own clock into the object; a watcher, in the same process, takes the difference when the event is in its hands.</remarks>
internal static class WatchLoad
{
    private const string Name = "watch";
    private const string Path = "/api/v1/namespaces/default/configmaps";
    private const int Objects = 100;
    private const int WritesPerSecond = 100;

    /// <summary>Writes in flight at once: a writer that had to wait for each would not keep its pace on a loaded machine.</summary>
    private const int Writers = 8;

    private const int FirstWatchers = 100;

    private static readonly TimeSpan FirstDuration = TimeSpan.FromSeconds(30);
    private static readonly int[] Watchers = [1, 100, 1_000, 5_000];
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    public static Task RunAsync(BenchOptions options, Report report, CancellationToken cancellationToken) =>
        Yardsticks.CompareAsync(Name, options, report, server => RunAsync(server, options, report, cancellationToken), cancellationToken);

    private static async Task RunAsync(IApiServer server, BenchOptions options, Report report, CancellationToken cancellationToken)
    {
        var usage = new ClusterUsage(server);
        var writers = await HttpsConnection.OpenAsync(server.Configuration, Writers, cancellationToken);
        for (var index = 0; index < Objects; index++)
        {
            await writers[0].SendAsync("POST", Path, ConfigMap.Document(ObjectName(index), "0"));
        }

        // Not told: every path is compiled for good before it counts.
        await RunAsync(server, usage, writers, FirstWatchers, FirstDuration, null, cancellationToken);
        foreach (var watchers in Watchers)
        {
            await RunAsync(server, usage, writers, watchers, TimeSpan.FromSeconds(options.Seconds), report, cancellationToken);
        }
    }

    private static async Task RunAsync(
        IApiServer server, ClusterUsage usage, HttpsConnection[] writers, int watchers, TimeSpan duration, Report? report, CancellationToken cancellationToken)
    {
        var connections = await HttpsConnection.OpenAsync(server.Configuration, watchers, cancellationToken);
        await writers[0].SendAsync("GET", Path + "?limit=1");
        var revision = ConfigMap.ResourceVersion(writers[0].Body.Span);
        foreach (var connection in connections)
        {
            await connection.OpenStreamAsync($"{Path}?watch=1&resourceVersion={revision}");
        }

        var meters = connections.Select(connection => new Meter(connection)).ToArray();
        var reading = meters.Select(meter => Task.Run(meter.RunAsync, cancellationToken)).ToArray();
        await WriteAsync(writers, WarmUp, cancellationToken);
        Array.ForEach(meters, meter => meter.Counts = true);
        var (cpu, own) = (usage.CpuSeconds(), Process.GetCurrentProcess().TotalProcessorTime);
        var began = Stopwatch.GetTimestamp();
        var writes = await WriteAsync(writers, duration, cancellationToken);
        Array.ForEach(meters, meter => meter.Counts = false);
        var elapsed = Stopwatch.GetElapsedTime(began);
        var used = usage.CpuSeconds() - cpu;
        string Title(string what) => string.Create(CultureInfo.InvariantCulture, $"{server.Label}{what}, {watchers} watcher(s)");
        List<TimeSpan> took = [.. meters.SelectMany(meter => meter.Took)];
        report?.Add(Name, Title("event, from its write's start"), took, elapsed, new Cost(used * 1000 / Math.Max(1, took.Count), usage.ServerMegabytes()));
        report?.Add(Name, Title("writes"), writes / elapsed.TotalSeconds, "/s");
        report?.Add(Name, Title("server and its store"), used / elapsed.TotalSeconds, "cores");
        report?.Add(Name, Title("this load"), (Process.GetCurrentProcess().TotalProcessorTime - own) / elapsed, "cores");
        Array.ForEach(meters, meter => meter.IsOver = true);
        foreach (var connection in connections)
        {
            await connection.DisposeAsync();
        }

        await Task.WhenAll(reading);
    }

    /// <summary>Writes at the pace for a time.</summary>
    /// <returns>How many writes were answered.</returns>
    private static async Task<int> WriteAsync(HttpsConnection[] writers, TimeSpan duration, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var (next, answered) = (-1, 0);
        await Task.WhenAll(writers.Select(writer => Task.Run(
            async () =>
            {
                while (true)
                {
                    var write = Interlocked.Increment(ref next);
                    var due = TimeSpan.FromSeconds((double)write / WritesPerSecond);
                    if (due >= duration)
                    {
                        return;
                    }

                    if (due - Stopwatch.GetElapsedTime(began) is { Ticks: > 0 } wait)
                    {
                        await Task.Delay(wait, cancellationToken);
                    }

                    var sent = Stopwatch.GetTimestamp().ToString(CultureInfo.InvariantCulture);
                    await writer.SendAsync("PUT", $"{Path}/{ObjectName(write % Objects)}", ConfigMap.Document(ObjectName(write % Objects), "sent-" + sent));
                    Interlocked.Increment(ref answered);
                }
            },
            cancellationToken)));
        return answered;
    }

    private static string ObjectName(int index) => string.Create(CultureInfo.InvariantCulture, $"w-{index}");

    /// <summary>One watcher: reads its stream and finds the writer's clock in each event.</summary>
    private sealed class Meter(HttpsConnection connection)
    {
        public bool Counts { get; set; }

        public bool IsOver { get; set; }

        public List<TimeSpan> Took { get; } = [];

        public async Task RunAsync()
        {
            try
            {
                while (await connection.NextPartAsync() is { Length: > 0 } part)
                {
                    Read(part.Span);
                }
            }
            catch (Exception e) when (IsOver && e is IOException or ObjectDisposedException)
            {
                return;
            }

            if (!IsOver)
            {
                throw new InvalidOperationException("a watch ended by itself");
            }
        }

        private void Read(ReadOnlySpan<byte> part)
        {
            var now = Stopwatch.GetTimestamp();
            for (int at; (at = part.IndexOf("\"sent-"u8)) >= 0; part = part[(at + 6)..])
            {
                if (Counts && Utf8Parser.TryParse(part[(at + 6)..], out long sent, out _))
                {
                    Took.Add(Stopwatch.GetElapsedTime(sent, now));
                }
            }
        }
    }
}
