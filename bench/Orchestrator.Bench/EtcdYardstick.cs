using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Orchestrator.Bench;

/// <summary>The yardstick of durable writes: an etcd on the same disk, 1 KB values by its HTTP gateway, in a directory that is removed afterwards.</summary>
internal static class EtcdYardstick
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>True where there is an etcd.</summary>
    public static bool IsInstalled => File.Exists("/usr/bin/etcd");

    public static async Task RunAsync(BenchOptions options, Report report, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("orchestrator-etcd-");
        var ports = FreePorts();
        string Url(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        var start = new ProcessStartInfo("/usr/bin/etcd") { RedirectStandardError = true, RedirectStandardOutput = true };
        string[] arguments =
        [
            "--data-dir", directory.FullName, "--listen-client-urls", Url(ports[0]), "--advertise-client-urls", Url(ports[0]),
            "--listen-peer-urls", Url(ports[1]), "--initial-advertise-peer-urls", Url(ports[1]), "--initial-cluster", "default=" + Url(ports[1]), "--log-level", "error",
        ];
        Array.ForEach(arguments, start.ArgumentList.Add);
        using var etcd = Process.Start(start)!;
        etcd.ErrorDataReceived += (_, _) => { };
        etcd.BeginErrorReadLine();
        etcd.OutputDataReceived += (_, _) => { };
        etcd.BeginOutputReadLine();
        try
        {
            using var http = new HttpClient { BaseAddress = new Uri(Url(ports[0])) };
            await ReadyAsync(http, cancellationToken);
            var count = 0;
            var value = Convert.ToBase64String(Encoding.UTF8.GetBytes(new string('x', 1_000)));
            foreach (var clients in (int[])[1, 16, 64])
            {
                await new Load(clients, TimeSpan.FromSeconds(options.Seconds)).ReportAsync(
                    report, "api", string.Create(CultureInfo.InvariantCulture, $"yardstick: etcd put, {clients} client(s)"),
                    async (_, token) =>
                    {
                        var key = Convert.ToBase64String(Encoding.UTF8.GetBytes(Interlocked.Increment(ref count).ToString(CultureInfo.InvariantCulture)));
                        using var content = new StringContent($$"""{"key":"{{key}}","value":"{{value}}"}""");
                        using var response = await http.PostAsync("/v3/kv/put", content, token);
                        response.EnsureSuccessStatusCode();
                        await response.Content.ReadAsByteArrayAsync(token);
                    },
                    cancellationToken);
            }
        }
        finally
        {
            etcd.Kill();
            await etcd.WaitForExitAsync(CancellationToken.None);
            directory.Delete(recursive: true);
        }
    }

    private static async Task ReadyAsync(HttpClient http, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var health = await http.GetAsync("/health", cancellationToken);
                if (health.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException) when (Stopwatch.GetElapsedTime(began) < Patience)
            {
                // It is starting.
            }

            await Task.Delay(50, cancellationToken);
        }
    }

    private static int[] FreePorts()
    {
        using var first = new TcpListener(IPAddress.Loopback, 0);
        using var second = new TcpListener(IPAddress.Loopback, 0);
        first.Start();
        second.Start();
        return [((IPEndPoint)first.LocalEndpoint).Port, ((IPEndPoint)second.LocalEndpoint).Port];
    }
}
