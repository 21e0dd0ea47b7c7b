using System.Diagnostics;
using System.Globalization;

namespace Orchestrator.Bench;

/// <summary>
/// Writes while the change log is compacted: partitions are small and kept for seconds, so that every ten seconds a few of them are dropped, while watchers follow and
/// others resume in what is about to go. Each write is told apart by whether a drop was under way while it was.
/// </summary>
internal static class CompactionLoad
{
    private const string Name = "compaction";
    private const string Path = "/api/v1/namespaces/default/configmaps";
    private const int Writers = 16;
    private const int Watchers = 20;
    private const int Resumers = 2;

    /// <summary>So far back resumers begin: further than what the server has in memory, so that the log is read.</summary>
    private const long Past = 12_000;

    /// <summary>Three are made ahead each ten seconds: enough for what is written in that time.</summary>
    private const long Partition = 5_000;

    private static readonly string[] SmallLog = ["--log-retention", "00:00:05", "--log-partition", Partition.ToString(CultureInfo.InvariantCulture)];
    /// <summary>So long after each drop nothing is dropped: a round comes every ten seconds.</summary>
    private static readonly TimeSpan Aside = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ResumePeriod = TimeSpan.FromSeconds(2);

    /// <summary>Several rounds of the server's, which come every ten seconds.</summary>
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(62);

    public static async Task RunAsync(BenchOptions options, Report report, CancellationToken cancellationToken)
    {
        await Yardsticks.MeasureAsync(Name, options, report, cancellationToken);
        await using var cluster = await BenchCluster.StartAsync(options, withNode: false, cancellationToken, SmallLog);
        var writers = await HttpsConnection.OpenAsync(cluster.Configuration, Writers, cancellationToken);
        for (var index = 0; index < Writers; index++)
        {
            await writers[index].SendAsync("POST", Path, ConfigMap.Document(ObjectName(index), "0"));
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var following = await FollowAsync(cluster, writers[0], over.Token);
        var resuming = Enumerable.Range(0, Resumers).Select(_ => Task.Run(() => ResumeAsync(cluster, over.Token), cancellationToken)).ToArray();
        await WriteAsync(writers, WarmUp, cancellationToken);
        var began = Stopwatch.GetTimestamp();
        var writes = await WriteAsync(writers, Duration, cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(began);
        await over.CancelAsync();
        var resumed = (await Task.WhenAll(resuming)).Aggregate((one, other) => (one.Filled + other.Filled, one.Gone + other.Gone));
        Tell(report, writes, DropTimes.Read(cluster.ServerLog, began), elapsed);
        report.Add(Name, "watches that resumed in the log", resumed.Filled, "");
        report.Add(Name, "watches that came too late (410)", resumed.Gone, "");
        report.Add(Name, "events to the watchers that followed", (await Task.WhenAll(following)).Sum() / (WarmUp + elapsed).TotalSeconds, "/s");
        foreach (var writer in writers)
        {
            await writer.DisposeAsync();
        }
    }

    private static void Tell(Report report, List<Write> writes, DropTimes drops, TimeSpan elapsed)
    {
        report.Add(Name, "a partition's drop", drops.Each);
        report.Add(Name, "time in which one was being dropped", drops.Total.TotalSeconds / elapsed.TotalSeconds * 100, "%");
        report.Add(Name, "updates, 16 clients", writes.Count / elapsed.TotalSeconds, "/s");
        Tell("all updates", _ => true);
        Tell("updates during a drop", write => drops.Any(write.Begin, write.End));
        var compared = drops.Later(Aside);
        Tell("updates in such times without a drop", write => compared.Any(write.Begin, write.End));

        void Tell(string what, Func<Write, bool> isMeant)
        {
            TimeSpan[] took = [.. writes.Where(isMeant).Select(write => Stopwatch.GetElapsedTime(write.Begin, write.End))];
            report.Add(Name, what, took);
            report.Add(Name, what + ", longest", took.DefaultIfEmpty().Max().TotalMilliseconds, "ms");
        }
    }

    private static async Task<List<Write>> WriteAsync(HttpsConnection[] writers, TimeSpan time, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var writes = await Task.WhenAll(writers.Select((writer, index) => Task.Run(
            async () =>
            {
                var done = new List<Write>();
                while (Stopwatch.GetElapsedTime(began) < time && !cancellationToken.IsCancellationRequested)
                {
                    var sent = Stopwatch.GetTimestamp();
                    await writer.SendAsync("PUT", $"{Path}/{ObjectName(index)}", ConfigMap.Document(ObjectName(index), sent.ToString(CultureInfo.InvariantCulture)));
                    done.Add(new Write(sent, Stopwatch.GetTimestamp()));
                }

                return done;
            },
            cancellationToken)));
        cancellationToken.ThrowIfCancellationRequested();
        return [.. writes.SelectMany(list => list)];
    }

    /// <summary>Opens the watches that follow all along.</summary>
    /// <returns>Each counts its events until the end.</returns>
    private static async Task<Task<long>[]> FollowAsync(BenchCluster cluster, HttpsConnection asking, CancellationToken over)
    {
        await asking.SendAsync("GET", Path + "?limit=1");
        var revision = ConfigMap.ResourceVersion(asking.Body.Span);
        var connections = await HttpsConnection.OpenAsync(cluster.Configuration, Watchers, over);
        foreach (var connection in connections)
        {
            await connection.OpenStreamAsync($"{Path}?watch=1&resourceVersion={revision}");
        }

        return [.. connections.Select(connection => Task.Run(() => CountAsync(connection, over)))];
    }

    private static async Task<long> CountAsync(HttpsConnection connection, CancellationToken over)
    {
        await using var closing = over.Register(() => _ = connection.DisposeAsync().AsTask());
        long events = 0;
        try
        {
            while (await connection.NextPartAsync() is { Length: > 0 } part)
            {
                events += part.Span.Count("\"type\":\"MODIFIED\""u8);
            }
        }
        catch (Exception e) when (over.IsCancellationRequested && e is IOException or ObjectDisposedException)
        {
            return events;
        }

        return over.IsCancellationRequested ? events : throw new InvalidOperationException("a watch ended by itself");
    }

    /// <summary>Opens watches that begin in the log, one after the other, and waits for the first event of each.</summary>
    private static async Task<(int Filled, int Gone)> ResumeAsync(BenchCluster cluster, CancellationToken over)
    {
        var (filled, gone) = (0, 0);
        while (!over.IsCancellationRequested)
        {
            await using var connection = await HttpsConnection.OpenAsync(cluster.Configuration, CancellationToken.None);
            await connection.SendAsync("GET", Path + "?limit=1");
            var revision = Math.Max(1, long.Parse(ConfigMap.ResourceVersion(connection.Body.Span), CultureInfo.InvariantCulture) - Past);
            await connection.OpenStreamAsync(string.Create(CultureInfo.InvariantCulture, $"{Path}?watch=1&resourceVersion={revision}"));
            var first = await connection.NextPartAsync();
            (filled, gone) = first.Span.IndexOf("\"type\":\"ERROR\""u8) < 0 ? (filled + 1, gone) : (filled, gone + 1);
            await Task.Delay(ResumePeriod, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return (filled, gone);
    }

    private static string ObjectName(int index) => string.Create(CultureInfo.InvariantCulture, $"c-{index}");

    private readonly record struct Write(long Begin, long End);
}
