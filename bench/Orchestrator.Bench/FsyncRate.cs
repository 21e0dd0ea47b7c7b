using System.Diagnostics;

namespace Orchestrator.Bench;

/// <summary>The floor under every durable write: how long this disk takes for 8 KB and an fsync, as PostgreSQL's log does them.</summary>
internal static class FsyncRate
{
    private const int Block = 8 * 1024;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(2);

    public static async Task MeasureAsync(string benchmark, Report report, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Path.GetTempPath(), "orchestrator-fsync-" + Path.GetRandomFileName());
        try
        {
            await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            var block = new byte[Block];
            var took = new List<TimeSpan>();
            var began = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(began) < Duration)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var at = Stopwatch.GetTimestamp();
                file.Write(block);
                file.Flush(flushToDisk: true);
                took.Add(Stopwatch.GetElapsedTime(at));
            }

            report.Add(benchmark, "yardstick: 8 KB written and synced", took, Stopwatch.GetElapsedTime(began));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
