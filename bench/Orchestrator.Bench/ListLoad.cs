using System.Globalization;

namespace Orchestrator.Bench;

/// <summary>Lists 10,000 pods of 4.7 KB: by one client, by eight at once, and in pages.</summary>
internal static class ListLoad
{
    private const string Name = "list";
    private const string Path = "/api/v1/namespaces/default/pods";
    private const int Pods = 10_000;
    private const int Makers = 32;
    private const int WarmUpLists = 20;
    private static readonly (string What, string Query)[] Queries = [("list", ""), ("list from the cache (resourceVersion=0)", "?resourceVersion=0"), ("page of 500", "?limit=500")];
    private static readonly string Fill = new('x', 3_300);

    public static Task RunAsync(BenchOptions options, Report report, CancellationToken cancellationToken) =>
        Yardsticks.CompareAsync(Name, options, report, server => RunAsync(server, options, report, cancellationToken), cancellationToken);

    private static async Task RunAsync(IApiServer server, BenchOptions options, Report report, CancellationToken cancellationToken)
    {
        var usage = new ClusterUsage(server);
        var connections = await HttpsConnection.OpenAsync(server.Configuration, Makers, cancellationToken);

        // No controller runs here that would make it, and pods are refused without it. No token is mounted, since the yardstick would want a Secret for it.
        await connections[0].SendAsync("POST", "/api/v1/namespaces/default/serviceaccounts", """{"metadata":{"name":"default"},"automountServiceAccountToken":false}""");
        var next = 0;

        // Apart, because a server that has just started is still compiling.
        foreach (var (what, until) in ((string, int)[])[("the first 5,000 creates of a pod", Pods / 2), ("5,000 more", Pods)])
        {
            await new Load(Makers, TimeSpan.FromMinutes(3), usage).ReportAsync(report, Name, server.Label + what, client => CreateAsync(client, until), cancellationToken);
        }

        async Task<bool> CreateAsync(int client, int until)
        {
            var index = Interlocked.Increment(ref next) - 1;
            if (index >= until)
            {
                // Nobody has taken this one.
                Interlocked.Decrement(ref next);
                return false;
            }

            await connections[client].SendAsync("POST", Path, Pod(index));
            return true;
        }

        var bytes = 0L;
        for (var list = 0; list < WarmUpLists; list++)
        {
            bytes = await connections[0].DrainAsync(Path);
        }

        report.Add(Name, string.Create(CultureInfo.InvariantCulture, $"{server.Label}a list of {Pods} pods"), bytes / 1e6, "MB");
        var (allocated, lists) = (0.0, 0);
        async Task<bool> ListAsync(int client, string query)
        {
            await connections[client].DrainAsync(Path + query);
            Interlocked.Increment(ref lists);
            return true;
        }

        foreach (var (what, query) in Queries)
        {
            foreach (var clients in (int[])[1, 8])
            {
                (allocated, lists) = (await AllocatedAsync(server, connections[0]), 0);
                await new Load(clients, TimeSpan.FromSeconds(options.Seconds), usage).ReportAsync(report, Name, server.Label + what, client => ListAsync(client, query), cancellationToken);
                report.Add(Name, string.Create(CultureInfo.InvariantCulture, $"{server.Label}{what}, {clients} client(s), allocated each"), (await AllocatedAsync(server, connections[0]) - allocated) / 1e6 / lists, "MB");
            }
        }

        foreach (var connection in connections)
        {
            await connection.DisposeAsync();
        }
    }

    /// <summary>Bytes that the server has allocated since its start, from its own metrics.</summary>
    private static async Task<double> AllocatedAsync(IApiServer server, HttpsConnection connection) =>
        ServerMetrics.Sum(await ServerMetrics.ReadAsync(connection), server.AllocatedMetric);

    private static string Pod(int index) =>
        $$$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"pod-{{{index}}}","labels":{"app":"bench","index":"{{{index % 100}}}"},"annotations":{"bench/fill":"{{{Fill}}}"}},"spec":{"containers":[{"name":"main","image":"orchestrator.local/busybox:1","command":["sleep","3600"],"env":[{"name":"A","value":"b"}],"resources":{"requests":{"cpu":"100m","memory":"64Mi"} } }]} }""";
}
