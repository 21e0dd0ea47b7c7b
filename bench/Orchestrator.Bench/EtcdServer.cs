using System.Globalization;
using Orchestrator.TestKit.Silos;

namespace Orchestrator.Bench;

/// <summary>Debian's etcd, in a directory that is removed afterwards.</summary>
internal sealed class EtcdServer : IAsyncDisposable
{
    private const string Program = "/usr/bin/etcd";
    private readonly DirectoryInfo directory;
    private readonly ServerProcess process;

    private EtcdServer(DirectoryInfo directory, ServerProcess process, string url) => (this.directory, this.process, Url) = (directory, process, url);

    /// <summary>True where there is an etcd.</summary>
    public static bool IsInstalled => File.Exists(Program);

    /// <summary>Where clients reach it.</summary>
    public string Url { get; }

    /// <summary>Its process.</summary>
    public int ProcessId => process.Id;

    /// <summary>Starts it and waits until it is healthy.</summary>
    public static async Task<EtcdServer> StartAsync(CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("orchestrator-etcd-");
        var urls = FreePorts.Take(2).Select(port => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")).ToArray();
        var process = new ServerProcess(
            Program,
            [
                "--data-dir", directory.FullName, "--listen-client-urls", urls[0], "--advertise-client-urls", urls[0],
                "--listen-peer-urls", urls[1], "--initial-advertise-peer-urls", urls[1], "--initial-cluster", "default=" + urls[1], "--log-level", "error",
            ]);
        var etcd = new EtcdServer(directory, process, urls[0]);
        try
        {
            using var http = new HttpClient { BaseAddress = new Uri(etcd.Url) };
            await process.ReadyAsync(http, "/health", cancellationToken);
            return etcd;
        }
        catch
        {
            await etcd.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        directory.Delete(recursive: true);
    }
}
