using System.Collections.Concurrent;
using System.Globalization;

namespace Orchestrator.Bench;

/// <summary>Creates, reads, updates, patches and deletes 1 KB ConfigMaps, each client on a connection of its own and with one request in flight.</summary>
internal static class ApiLoad
{
    private const string Name = "api";
    private const string Path = "/api/v1/namespaces/default/configmaps";
    private const int WarmUpClients = 16;

    /// <summary>For each operation.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(8);

    private static readonly int[] Clients = [1, 16, 64];

    public static Task RunAsync(BenchOptions options, Report report, CancellationToken cancellationToken) =>
        Yardsticks.CompareAsync(Name, options, report, server => RunAsync(server, options, report, cancellationToken), cancellationToken);

    private static async Task RunAsync(IApiServer server, BenchOptions options, Report report, CancellationToken cancellationToken)
    {
        var usage = new ClusterUsage(server);

        await RunFirstAsync(server, new Load(1, TimeSpan.FromSeconds(options.Seconds), usage), report, cancellationToken);

        // Not told: every path is compiled for good before it counts.
        await RunAsync(server, new Load(WarmUpClients, WarmUp), "w", WarmUpClients, null, cancellationToken);
        foreach (var clients in Clients)
        {
            await RunAsync(server, new Load(clients, TimeSpan.FromSeconds(options.Seconds), usage), "c", clients, report, cancellationToken);
        }
    }

    /// <summary>What a lone client finds when nothing has been done yet.</summary>
    private static async Task RunFirstAsync(IApiServer server, Load load, Report report, CancellationToken cancellationToken)
    {
        await using var connection = await HttpsConnection.OpenAsync(server.Configuration, cancellationToken);
        var count = 0;
        await load.ReportAsync(
            report, Name, server.Label + "the first creates after the start",
            async _ =>
            {
                await connection.SendAsync("POST", Path, ConfigMap.Document(string.Create(CultureInfo.InvariantCulture, $"first-{++count}"), "a"));
                return true;
            },
            cancellationToken);
    }

    private static async Task RunAsync(IApiServer server, Load load, string prefix, int clients, Report? report, CancellationToken cancellationToken)
    {
        var connections = await HttpsConnection.OpenAsync(server.Configuration, clients, cancellationToken);
        var count = 0;
        var made = new ConcurrentBag<string>();
        async Task<bool> SendAsync(int client, string method, string path, string? body = null, string type = "application/json")
        {
            await connections[client].SendAsync(method, path, body, type);
            return true;
        }

        Task RunAsync(string operation, Func<int, Task<bool>> send) =>
            report is null ? load.RunAsync(WarmUp, send, cancellationToken) : load.ReportAsync(report, Name, server.Label + operation, send, cancellationToken);

        var before = report is null ? null : await ServerMetrics.ReadAsync(connections[0]);
        await RunAsync("create", async client =>
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{prefix}{clients}-{Interlocked.Increment(ref count)}");
            made.Add(name);
            return await SendAsync(client, "POST", Path, ConfigMap.Document(name, "a"));
        });
        if (before is not null)
        {
            Tell(server, clients, before, await ServerMetrics.ReadAsync(connections[0]), report!);
        }

        var names = made.ToArray();
        await RunAsync("get", client => SendAsync(client, "GET", $"{Path}/{names[Random.Shared.Next(names.Length)]}"));

        // Each client has an object of its own, and says which revision it means to replace.
        var revisions = new string?[clients];
        await RunAsync("update", async client =>
        {
            var name = names[client % names.Length];
            await SendAsync(client, "PUT", $"{Path}/{name}", ConfigMap.Document(name, Value(), revisions[client]));
            revisions[client] = ConfigMap.ResourceVersion(connections[client].Body.Span);
            return true;
        });
        await RunAsync("patch", client => SendAsync(
            client, "PATCH", $"{Path}/{names[client % names.Length]}", $$$"""{"data":{"k":"{{{Value()}}}"}}""", "application/merge-patch+json"));
        var left = new ConcurrentBag<string>(names);
        await RunAsync("delete", async client => left.TryTake(out var name) && await SendAsync(client, "DELETE", $"{Path}/{name}"));
        foreach (var connection in connections)
        {
            await connection.DisposeAsync();
        }
    }

    /// <summary>Where a create's time goes, by the server's own account: the mean of all creates between two readings.</summary>
    private static void Tell(IApiServer server, int clients, string before, string after, Report report)
    {
        double Mean(string metric, params string[] labels) =>
            (ServerMetrics.Sum(after, metric + "_sum", labels) - ServerMetrics.Sum(before, metric + "_sum", labels)) * 1000
                / (ServerMetrics.Sum(after, metric + "_count", labels) - ServerMetrics.Sum(before, metric + "_count", labels));

        string Title(string what) => string.Create(CultureInfo.InvariantCulture, $"{server.Label}create, {clients} client(s), mean time {what}");
        report.Add(Name, Title("in the server"), Mean("apiserver_request_duration_seconds", "verb=\"POST\"", "resource=\"configmaps\""), "ms");
        report.Add(Name, Title("of it in the store"), Mean(server.StoreTime.Name, server.StoreTime.Label), "ms");
    }

    private static string Value() => Random.Shared.Next().ToString(CultureInfo.InvariantCulture);
}
