using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Orchestrator.Gateway.Hosting;

namespace Orchestrator.Gateway.Metrics;

/// <summary>Answers /metrics in Prometheus' text form.</summary>
internal static class MetricsPath
{
    private const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Answers the path; false when it is another.</summary>
    public static async Task<bool> TryAnswerAsync(GatewayServices gateway, HttpContext http, string path)
    {
        if (path.TrimEnd('/') != "/metrics")
        {
            return false;
        }

        var text = new StringBuilder();
        gateway.Requests.Write(text);
        gateway.Meters.Write(text);
        using var process = Process.GetCurrentProcess();
        Add(text, "orchestrator_watch_cache_revision", "gauge", "The revision that the watch cache has reached.", gateway.Cache.Revision.Value);
        if (gateway.Audit.Last is { } audit)
        {
            Add(text, "orchestrator_watch_cache_audited_revision", "gauge", "The revision at which the watch cache was last compared with the database.", audit.Revision.Value);
            Add(text, "orchestrator_watch_cache_differs", "gauge", "1 when the watch cache differed from the database then.", audit.Agrees ? 0 : 1);
        }

        Add(text, "process_cpu_seconds_total", "counter", "Total user and system CPU time spent in seconds.", process.TotalProcessorTime.TotalSeconds);
        Add(text, "process_resident_memory_bytes", "gauge", "Resident memory size in bytes.", Environment.WorkingSet);
        Add(text, "process_start_time_seconds", "gauge", "Start time of the process since unix epoch in seconds.", new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0);
        Add(text, "dotnet_gc_heap_bytes", "gauge", "Managed heap size in bytes.", GC.GetTotalMemory(false));
        Add(text, "dotnet_gc_allocated_bytes_total", "counter", "Bytes allocated on the managed heap since the start.", GC.GetTotalAllocatedBytes());
        Add(text, "dotnet_gc_pause_seconds_total", "counter", "Time for which the collector has stopped the process since the start.", GC.GetTotalPauseDuration().TotalSeconds);
        http.Response.ContentType = ContentType;
        await http.Response.WriteAsync(text.ToString(), http.RequestAborted);
        return true;
    }

    private static void Add(StringBuilder text, string name, string type, string help, double value) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n{name} {value}\n");
}
