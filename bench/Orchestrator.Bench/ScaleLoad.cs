using System.Diagnostics;
using System.Globalization;
using System.Text;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;
using Orchestrator.Store.Commits;

namespace Orchestrator.Bench;

/// <summary>What a cluster costs and how fast it is while it grows to 500,000 objects, and after a million writes.</summary>
/// <remarks>The objects are ConfigMaps of 1 KB as the API stores them, a thousand in each namespace. They are written through a store in this process, the
/// server hearing of them as of another silo's writes; what is measured goes through the API.</remarks>
internal static class ScaleLoad
{
    private const string Name = "scale";
    private const string Template = "scale-template";
    private const int PerNamespace = 1_000;
    private const int Writers = 256;
    private const int Writes = 1_000_000;
    private const int ColdStart = 100_000;

    /// <summary>At how many objects the cluster is measured.</summary>
    private static readonly int[] Sizes = [PerNamespace, ColdStart, 500_000];

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan FillBound = TimeSpan.FromMinutes(30);

    public static async Task RunAsync(BenchOptions options, Report report, CancellationToken cancellationToken)
    {
        await Yardsticks.MeasureAsync(Name, options, report, cancellationToken);
        await using var cluster = await BenchCluster.StartAsync(options, withNode: false, cancellationToken);
        var objects = new Objects(await TemplateAsync(cluster, cancellationToken));
        await MeasureAsync(cluster, "warm-up", WarmUp, null, 0, cancellationToken);
        foreach (var size in Sizes)
        {
            await FillAsync(cluster, objects, size, report, cancellationToken);
            await MeasureAsync(cluster, $"{size:N0} objects", TimeSpan.FromSeconds(options.Seconds), report, size / PerNamespace, cancellationToken);
            if (size >= ColdStart)
            {
                await cluster.StopAsync();
                var began = Stopwatch.GetTimestamp();
                await cluster.StartAgainAsync(cancellationToken);
                report.Add(Name, string.Create(CultureInfo.InvariantCulture, $"cold start with {size:N0} objects, PostgreSQL included"), Stopwatch.GetElapsedTime(began).TotalSeconds, "s");
                report.Add(Name, "server's memory after it", new ClusterUsage(cluster).ServerMegabytes(), "MB");
            }
        }

        await using (var store = await BenchStore.StartAsync(cluster, cancellationToken))
        {
            var next = -1;
            await new Load(Writers, FillBound).ReportAsync(
                report, Name, $"updates, until {Writes:N0} writes",
                _ => Interlocked.Increment(ref next) is var index && index < Writes - objects.Count ? objects.UpdateAsync(store.Objects, index % objects.Count, cancellationToken) : Task.FromResult(false),
                cancellationToken);
        }

        await MeasureAsync(cluster, "warm-up", WarmUp, null, objects.Count / PerNamespace, cancellationToken);
        await MeasureAsync(cluster, $"{Writes:N0} writes", TimeSpan.FromSeconds(options.Seconds), report, objects.Count / PerNamespace, cancellationToken);
    }

    /// <summary>An object as the API stores it, to be repeated.</summary>
    private static async Task<string> TemplateAsync(BenchCluster cluster, CancellationToken cancellationToken)
    {
        await using var connection = await HttpsConnection.OpenAsync(cluster.Configuration, cancellationToken);
        await connection.SendAsync("POST", "/api/v1/namespaces/default/configmaps", ConfigMap.Document(Template, "a"));
        var made = DocumentEncoding.Decode(connection.Body);
        made.Metadata().Remove("resourceVersion");
        made.Metadata()["namespace"] = Template + "-namespace";
        return Encoding.UTF8.GetString(DocumentEncoding.Encode(made)).Replace(made.Metadata().Text("uid"), Template + "-uid", StringComparison.Ordinal);
    }

    private static async Task FillAsync(BenchCluster cluster, Objects objects, int size, Report report, CancellationToken cancellationToken)
    {
        await using (var connection = await HttpsConnection.OpenAsync(cluster.Configuration, cancellationToken))
        {
            for (var ns = objects.Count / PerNamespace; ns < size / PerNamespace; ns++)
            {
                await connection.SendAsync("POST", "/api/v1/namespaces", $$$"""{"metadata":{"name":"{{{Objects.Namespace(ns)}}}"} }""");
            }
        }

        await using var store = await BenchStore.StartAsync(cluster, cancellationToken);
        await new Load(Writers, FillBound).ReportAsync(report, Name, string.Create(CultureInfo.InvariantCulture, $"creates, until {size:N0} objects"), _ => objects.CreateAsync(store.Objects, size, cancellationToken), cancellationToken);
    }

    private static async Task MeasureAsync(BenchCluster cluster, string at, TimeSpan time, Report? report, int namespaces, CancellationToken cancellationToken)
    {
        var usage = new ClusterUsage(cluster);
        foreach (var clients in (int[])[1, 16])
        {
            var connections = await HttpsConnection.OpenAsync(cluster.Configuration, clients, cancellationToken);
            var load = new Load(clients, time, usage);
            Task RunAsync(string operation, Func<int, Task<bool>> send) =>
                report is null ? load.RunAsync(time, send, cancellationToken) : load.ReportAsync(report, Name, $"{at}: {operation}", send, cancellationToken);

            string Path() => $"/api/v1/namespaces/{(namespaces == 0 ? "default" : Objects.Namespace(Random.Shared.Next(namespaces)))}/configmaps";
            if (namespaces > 0)
            {
                await RunAsync("get", async client =>
                {
                    await connections[client].SendAsync("GET", $"{Path()}/{Objects.ObjectName(Random.Shared.Next(PerNamespace))}");
                    return true;
                });
            }

            await RunAsync("list of 1,000", async client =>
            {
                await connections[client].DrainAsync(Path());
                return true;
            });
            var (count, prefix) = (0, Guid.NewGuid().ToString("N")[..8]);
            await RunAsync("create", async client =>
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"{prefix}-{Interlocked.Increment(ref count)}");
                await connections[client].SendAsync("POST", "/api/v1/namespaces/default/configmaps", ConfigMap.Document(name, "a"));
                return true;
            });
            foreach (var connection in connections)
            {
                await connection.DisposeAsync();
            }
        }
    }

    /// <summary>The objects that were written, in the order of their making.</summary>
    /// <param name="template">An object as the API stores it.</param>
    private sealed class Objects(string template)
    {
        private readonly Revision[] revisions = new Revision[Sizes[^1]];
        private int next;

        /// <summary>How many there are.</summary>
        public int Count => Math.Min(next, revisions.Length);

        public static string Namespace(int index) => string.Create(CultureInfo.InvariantCulture, $"scale-{index}");

        public static string ObjectName(int index) => string.Create(CultureInfo.InvariantCulture, $"object-{index}");

        /// <summary>Creates the next; false when there are as many as asked for.</summary>
        public async Task<bool> CreateAsync(IObjectStore store, int size, CancellationToken cancellationToken)
        {
            var index = Interlocked.Increment(ref next) - 1;
            if (index >= size)
            {
                // Nobody has taken this one.
                Interlocked.Decrement(ref next);
                return false;
            }

            return await WriteAsync(store, index, Revision.None, cancellationToken);
        }

        /// <summary>Writes one again.</summary>
        public Task<bool> UpdateAsync(IObjectStore store, int index, CancellationToken cancellationToken) => WriteAsync(store, index, revisions[index], cancellationToken);

        private async Task<bool> WriteAsync(IObjectStore store, int index, Revision expected, CancellationToken cancellationToken)
        {
            var (ns, name) = (Namespace(index / PerNamespace), ObjectName(index % PerNamespace));
            var document = template.Replace(Template + "-namespace", ns, StringComparison.Ordinal)
                .Replace(Template + "-uid", Guid.NewGuid().ToString(), StringComparison.Ordinal)
                .Replace(Template, name, StringComparison.Ordinal);
            var outcome = await store.CommitAsync(
                new CommitRequest { Key = new ObjectKey("", "configmaps", ns, name), Expected = expected, Document = Encoding.UTF8.GetBytes(document) }, cancellationToken);
            revisions[index] = outcome is CommitOutcome.Committed { Object: var stored } ? stored.Revision : throw new InvalidOperationException($"{ns}/{name}: {outcome}");
            return true;
        }
    }
}
