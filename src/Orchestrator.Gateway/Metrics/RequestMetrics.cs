using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Orchestrator.Gateway.Metrics;

/// <summary>Counts and times requests, by upstream's names and buckets, so that dashboards and alerts for Kubernetes fit.</summary>
internal sealed class RequestMetrics
{
    private const string Component = "apiserver";

    /// <summary>Upper bounds in seconds. Upstream: apiserver_request_duration_seconds.</summary>
    private static readonly double[] Bounds =
        [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];

    private readonly ConcurrentDictionary<RequestLabels, Series> requests = new();
    private long mutating;
    private long reading;

    /// <summary>Notes that a request began.</summary>
    public void Begin(RequestLabels labels)
    {
        if (labels.IsLongRunning)
        {
            Interlocked.Increment(ref Of(labels).Running);
        }
        else
        {
            Interlocked.Increment(ref labels.IsMutating ? ref mutating : ref reading);
        }
    }

    /// <summary>Notes how a request ended.</summary>
    public void End(RequestLabels labels, int code, TimeSpan elapsed)
    {
        var series = Of(labels);
        if (labels.IsLongRunning)
        {
            Interlocked.Decrement(ref series.Running);
        }
        else
        {
            Interlocked.Decrement(ref labels.IsMutating ? ref mutating : ref reading);
        }

        series.Codes.AddOrUpdate(code, 1, static (_, count) => count + 1);
        var bucket = Array.FindIndex(Bounds, bound => elapsed.TotalSeconds <= bound);
        Interlocked.Increment(ref series.Buckets[bucket < 0 ? Bounds.Length : bucket]);
        Interlocked.Add(ref series.Ticks, elapsed.Ticks);
    }

    /// <summary>Appends the series in Prometheus' text form.</summary>
    public void Write(StringBuilder text)
    {
        var all = requests.OrderBy(pair => pair.Key.ToString(), StringComparer.Ordinal).ToList();
        Head(text, "apiserver_request_total", "counter", "Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.");
        foreach (var (labels, series) in all)
        {
            foreach (var (code, count) in series.Codes.OrderBy(pair => pair.Key))
            {
                text.Append(CultureInfo.InvariantCulture, $"apiserver_request_total{{code=\"{code}\",{Text(labels)}}} {count}\n");
            }
        }

        Head(text, "apiserver_request_duration_seconds", "histogram", "Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.");
        foreach (var (labels, series) in all.Where(pair => !pair.Value.Codes.IsEmpty))
        {
            WriteBuckets(text, Text(labels), series);
        }

        Head(text, "apiserver_longrunning_requests", "gauge", "Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and component.");
        foreach (var (labels, series) in all.Where(pair => pair.Key.IsLongRunning))
        {
            text.Append(CultureInfo.InvariantCulture, $"apiserver_longrunning_requests{{{Text(labels)}}} {Interlocked.Read(ref series.Running)}\n");
        }

        Head(text, "apiserver_current_inflight_requests", "gauge", "Maximal number of currently used inflight request limit of this apiserver per request kind in last second.");
        text.Append(CultureInfo.InvariantCulture, $"apiserver_current_inflight_requests{{request_kind=\"mutating\"}} {Interlocked.Read(ref mutating)}\n");
        text.Append(CultureInfo.InvariantCulture, $"apiserver_current_inflight_requests{{request_kind=\"readOnly\"}} {Interlocked.Read(ref reading)}\n");
    }

    private static void WriteBuckets(StringBuilder text, string labels, Series series)
    {
        const string Name = "apiserver_request_duration_seconds";
        var total = 0L;
        for (var index = 0; index <= Bounds.Length; index++)
        {
            total += Interlocked.Read(ref series.Buckets[index]);
            var bound = index == Bounds.Length ? "+Inf" : Bounds[index].ToString(CultureInfo.InvariantCulture);
            text.Append(CultureInfo.InvariantCulture, $"{Name}_bucket{{{labels},le=\"{bound}\"}} {total}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"{Name}_sum{{{labels}}} {TimeSpan.FromTicks(Interlocked.Read(ref series.Ticks)).TotalSeconds}\n");
        text.Append(CultureInfo.InvariantCulture, $"{Name}_count{{{labels}}} {total}\n");
    }

    private static void Head(StringBuilder text, string name, string type, string help) => text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");

    private static string Text(RequestLabels labels) => string.Create(CultureInfo.InvariantCulture,
        $"component=\"{Component}\",dry_run=\"{labels.DryRun}\",group=\"{labels.Group}\",resource=\"{labels.Resource}\",scope=\"{labels.Scope}\",subresource=\"{labels.Subresource}\",verb=\"{labels.Verb}\",version=\"{labels.Version}\"");

    private Series Of(RequestLabels labels) => requests.GetOrAdd(labels, static _ => new Series());

    private sealed class Series
    {
        public readonly ConcurrentDictionary<int, long> Codes = new();
        public readonly long[] Buckets = new long[Bounds.Length + 1];
        public long Ticks;
        public long Running;
    }
}
