using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Answers;
using Orchestrator.Gateway.Hosting;

namespace Orchestrator.Gateway.Health;

/// <summary>Answers /healthz, /livez, /readyz, /metrics and /debug/digest.</summary>
internal static class HealthPaths
{
    /// <summary>Answers the path; false when it is not about health.</summary>
    public static async Task<bool> TryAnswerAsync(GatewayServices gateway, HttpContext http, string path)
    {
        switch (path.TrimEnd('/'))
        {
            case "/livez" or "/healthz":
                await AnswerAsync(http, path, [("ping", true)]);
                return true;
            case "/readyz":
                await AnswerAsync(http, path, [("ping", true), ("watch-cache", gateway.Cache.IsReady)]);
                return true;
            case "/metrics":
                await AnswerMetricsAsync(gateway, http);
                return true;
            case "/debug/digest":
                await AnswerDigestAsync(gateway, http);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Compares this silo's watch cache with the database. Reads everything, so it is for those who may read any path.</summary>
    private static async Task AnswerDigestAsync(GatewayServices gateway, HttpContext http)
    {
        if (await gateway.Audit.RunAsync(http.RequestAborted) is not { } report)
        {
            await AnswerWriter.FailAsync(http, Statuses.ServiceUnavailable("the change log is compacted faster than it can be read", 1));
            return;
        }

        await AnswerWriter.WriteAsync(
            http,
            200,
            AnswerWriter.Encode(new JsonObject
            {
                ["server"] = gateway.Options.AdvertisedUrl,
                ["revision"] = report.Revision.Value,
                ["agrees"] = report.Agrees,
                ["cache"] = new JsonObject { ["objects"] = report.CacheObjects, ["digest"] = report.Cache },
                ["store"] = new JsonObject { ["objects"] = report.StoreObjects, ["digest"] = report.Store },
            }),
            MediaForm.Json);
    }

    private static Task AnswerAsync(HttpContext http, string path, (string Name, bool Healthy)[] checks)
    {
        var healthy = checks.All(check => check.Healthy);
        if (healthy && !http.Request.Query.ContainsKey("verbose"))
        {
            return AnswerWriter.WriteTextAsync(http, 200, "ok");
        }

        var text = new StringBuilder();
        foreach (var (name, passed) in checks)
        {
            text.Append(passed ? "[+]" : "[-]").Append(name).Append(passed ? " ok\n" : " failed: reason withheld\n");
        }

        text.Append(path.Trim('/')).Append(healthy ? " check passed\n" : " check failed\n");
        return AnswerWriter.WriteTextAsync(http, healthy ? 200 : 500, text.ToString());
    }

    private static Task AnswerMetricsAsync(GatewayServices gateway, HttpContext http)
    {
        var text = new StringBuilder();
        Add(text, "apiserver_current_inflight_requests", "gauge", "Requests in flight, watches and streams excepted.", gateway.Slots.Total);
        Add(text, "orchestrator_watch_cache_revision", "gauge", "The revision that the watch cache has reached.", gateway.Cache.Revision.Value);
        Add(text, "process_resident_memory_bytes", "gauge", "Resident memory size in bytes.", Environment.WorkingSet);
        Add(text, "dotnet_gc_heap_bytes", "gauge", "Managed heap size in bytes.", GC.GetTotalMemory(false));
        if (gateway.Audit.Last is { } audit)
        {
            Add(text, "orchestrator_watch_cache_audited_revision", "gauge", "The revision at which the watch cache was last compared with the database.", audit.Revision.Value);
            Add(text, "orchestrator_watch_cache_differs", "gauge", "1 when the watch cache differed from the database then.", audit.Agrees ? 0 : 1);
        }

        return AnswerWriter.WriteTextAsync(http, 200, text.ToString());
    }

    private static void Add(StringBuilder text, string name, string type, string help, long value) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n{name} {value}\n");
}
