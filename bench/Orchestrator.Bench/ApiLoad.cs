using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s;

namespace Orchestrator.Bench;

/// <summary>Creates, reads, updates, patches and deletes 1 KB ConfigMaps, each client on a connection of its own and with one request in flight.</summary>
internal static class ApiLoad
{
    private const string Name = "api";
    private const string Path = "/api/v1/namespaces/default/configmaps";
    private static readonly int[] Clients = [1, 16, 64];

    public static async Task RunAsync(BenchOptions options, Report report, CancellationToken cancellationToken)
    {
        await FsyncRate.MeasureAsync(report, cancellationToken);
        if (EtcdYardstick.IsInstalled)
        {
            await EtcdYardstick.RunAsync(options, report, cancellationToken);
        }

        await using var cluster = await BenchCluster.StartAsync(options, withNode: false, cancellationToken);
        foreach (var clients in Clients)
        {
            var load = new Load(clients, TimeSpan.FromSeconds(options.Seconds));
            using var http = Connect(cluster.Configuration, clients);
            var count = 0;
            var made = new ConcurrentBag<string>();

            // Not counted: the first requests pay for connections and for code that is compiled.
            await load.RunAsync(TimeSpan.FromSeconds(1), (_, token) => SendAsync(http, HttpMethod.Get, Path + "?limit=1", null, token), cancellationToken);
            string Title(string verb) => string.Create(CultureInfo.InvariantCulture, $"{verb}, {clients} client(s)");
            async Task CreateAsync(int client, CancellationToken token)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"c{clients}-{Interlocked.Increment(ref count)}");
                await SendAsync(http, HttpMethod.Post, Path, Document(name, "a"), token);
                made.Add(name);
            }

            await load.ReportAsync(report, Name, Title("create"), CreateAsync, cancellationToken);
            var names = made.ToArray();
            string Any() => names[Random.Shared.Next(names.Length)];
            await load.ReportAsync(report, Name, Title("get"), (_, token) => SendAsync(http, HttpMethod.Get, $"{Path}/{Any()}", null, token), cancellationToken);
            await load.ReportAsync(
                report, Name, Title("update"),
                (client, token) =>
                {
                    var name = names[client % names.Length];
                    return SendAsync(http, HttpMethod.Put, $"{Path}/{name}", Document(name, Random.Shared.Next().ToString(CultureInfo.InvariantCulture)), token);
                },
                cancellationToken);
            await load.ReportAsync(
                report, Name, Title("patch"),
                (client, token) => SendAsync(
                    http, HttpMethod.Patch, $"{Path}/{names[client % names.Length]}", $$$"""{"data":{"k":"{{{Random.Shared.Next()}}}"}}""", token),
                cancellationToken);
            var left = new ConcurrentBag<string>(names);
            await load.ReportAsync(
                report, Name, Title("delete"),
                (_, token) => left.TryTake(out var name) ? SendAsync(http, HttpMethod.Delete, $"{Path}/{name}", null, token) : Task.Delay(Timeout.Infinite, token),
                cancellationToken);
        }
    }

    private static HttpClient Connect(KubernetesClientConfiguration configuration, int clients)
    {
        // The chain is checked against the cluster's own authority alone.
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.AddRange(configuration.SslCaCerts);
        var handler = new SocketsHttpHandler
        {
            MaxConnectionsPerServer = clients,
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = [X509Certificate2.CreateFromPem(Text(configuration.ClientCertificateData), Text(configuration.ClientCertificateKeyData))],
                CertificateChainPolicy = trust,
            },
        };
        return new HttpClient(handler) { BaseAddress = new Uri(configuration.Host) };
    }

    private static string Text(string base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64));

    private static async Task SendAsync(HttpClient http, HttpMethod method, string path, string? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, method == HttpMethod.Patch ? "application/merge-patch+json" : "application/json");
        }

        using var response = await http.SendAsync(request, cancellationToken);
        await response.Content.ReadAsByteArrayAsync(cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{method} {path} was answered {(int)response.StatusCode}");
        }
    }

    private static string Document(string name, string value) =>
        $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}"},"data":{"k":"{{{value}}}","fill":"{{{new string('x', 850)}}}"}}""";
}

/// <summary>A number of clients that send one request after the other for a time.</summary>
internal sealed class Load(int clients, TimeSpan duration)
{
    /// <summary>Sends for the load's time and reports what it took.</summary>
    public async Task ReportAsync(Report report, string benchmark, string what, Func<int, CancellationToken, Task> send, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var took = await RunAsync(duration, send, cancellationToken);

        // A load that ran out of objects ended with its last request.
        var last = took.Count == 0 ? Stopwatch.GetTimestamp() : took.Max(request => request.At);
        report.Add(benchmark, what, [.. took.Select(request => request.Took)], Stopwatch.GetElapsedTime(began, last));
    }

    /// <summary>Sends for a time.</summary>
    public async Task<IReadOnlyCollection<(long At, TimeSpan Took)>> RunAsync(TimeSpan time, Func<int, CancellationToken, Task> send, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(time);
        var results = await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(
            async () =>
            {
                var took = new List<(long At, TimeSpan Took)>();
                try
                {
                    while (!limit.IsCancellationRequested)
                    {
                        var began = Stopwatch.GetTimestamp();
                        await send(client, limit.Token);
                        var ended = Stopwatch.GetTimestamp();
                        took.Add((ended, Stopwatch.GetElapsedTime(began, ended)));
                    }
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    // The time is over.
                }

                return took;
            },
            cancellationToken)));
        return [.. results.SelectMany(list => list)];
    }
}
