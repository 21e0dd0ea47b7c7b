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
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    private static readonly int[] Clients = [1, 16, 64];

    public static Task RunAsync(BenchOptions options, Report report, CancellationToken cancellationToken) =>
        Yardsticks.CompareAsync(Name, options, report, server => RunAsync(server, options, report, cancellationToken), cancellationToken);

    private static async Task RunAsync(IApiServer server, BenchOptions options, Report report, CancellationToken cancellationToken)
    {
        var usage = new ClusterUsage(server);

        // Not told: every path is compiled for good before it counts.
        await RunAsync(server, new Load(WarmUpClients, WarmUp), "w", WarmUpClients, null, cancellationToken);
        foreach (var clients in Clients)
        {
            await RunAsync(server, new Load(clients, TimeSpan.FromSeconds(options.Seconds), usage), "c", clients, report, cancellationToken);
        }
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

        await RunAsync("create", async client =>
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{prefix}{clients}-{Interlocked.Increment(ref count)}");
            made.Add(name);
            return await SendAsync(client, "POST", Path, ConfigMap.Document(name, "a"));
        });
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

    private static string Value() => Random.Shared.Next().ToString(CultureInfo.InvariantCulture);
}
