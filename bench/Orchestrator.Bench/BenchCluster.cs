using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using k8s;
using Orchestrator.TestKit.Silos;

namespace Orchestrator.Bench;

/// <summary>A cluster of its own in a temporary data directory, started by the one command and taken away afterwards with all that it made.</summary>
internal sealed class BenchCluster : IApiServer
{
    private readonly string[] arguments;

    private BenchCluster(string directory, string[] arguments) => (Directory, this.arguments) = (directory, arguments);

    /// <summary>The data directory.</summary>
    public string Directory { get; }

    /// <inheritdoc />
    public string Label => "";

    /// <inheritdoc />
    public KubernetesClientConfiguration Configuration => KubernetesClientConfiguration.BuildConfigFromConfigFile(Path.Combine(Directory, "kubeconfig"));

    /// <inheritdoc />
    public string AllocatedMetric => "dotnet_gc_allocated_bytes_total";

    /// <inheritdoc />
    public (string Name, string Label) StoreTime => ("orchestrator_store_commit_duration_seconds", "");

    /// <inheritdoc />
    public int? ServerId => ProcessOf("server");

    /// <inheritdoc />
    public int? StoreId => ProcessOf("postgres");

    /// <summary>The private PostgreSQL, whose socket is in the data directory.</summary>
    public string ConnectionString => $"Host={Path.Combine(Directory, "postgres")};Username=postgres;Database=orchestrator";

    /// <summary>What the server has said.</summary>
    public string ServerLog => Path.Combine(Directory, "server.log");

    /// <summary>The private containerd's socket.</summary>
    public string ContainerdSocket => System.IO.Directory.EnumerateFiles(Directory, "*.sock", SearchOption.AllDirectories)
        .First(path => path.Contains("containerd", StringComparison.Ordinal) && !path.EndsWith(".ttrpc", StringComparison.Ordinal));

    /// <summary>Starts it and waits until it says that it is up.</summary>
    /// <param name="options">What starts the containers.</param>
    /// <param name="withNode">With an agent, a scheduler and controllers.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="more">Further arguments of <c>up</c>.</param>
    public static async Task<BenchCluster> StartAsync(BenchOptions options, bool withNode, CancellationToken cancellationToken, params string[] more)
    {
        string[] node = withNode ? ["--runtime", options.Runtime, "--node-name", "bench", "--pod-cidr", "10.199.0.0/16"]

            // What kube-apiserver is without the other programs.
            : ["--disable-agent", "--disable-scheduler", "--disable-controller-manager"];
        var port = FreePorts.Take(1)[0].ToString(CultureInfo.InvariantCulture);
        var cluster = new BenchCluster(
            Path.Combine(Path.GetTempPath(), "orb-" + Path.GetRandomFileName()[..6]), ["--api-port", port, "--service-cidr", "10.198.0.0/16", .. node, .. more]);
        try
        {
            await cluster.StartAgainAsync(cancellationToken);
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }

        return cluster;
    }

    /// <summary>Ends all of it and keeps the data.</summary>
    public Task StopAsync() => RunAsync(["down", "--data-dir", Directory], CancellationToken.None);

    /// <summary>Starts it over its data and waits until it says that it is up.</summary>
    public Task StartAgainAsync(CancellationToken cancellationToken) => RunAsync(["up", "--detach", "--data-dir", Directory, .. arguments], cancellationToken);

    /// <summary>The process that a pid file of the cluster names; null when there is none.</summary>
    public int? ProcessOf(string part)
    {
        var path = Path.Combine(Directory, "run", part + ".pid");
        return File.Exists(path) && int.TryParse(File.ReadAllText(path).Split(' ', '\n')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : null;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync() => await RunAsync(["down", "--purge", "--data-dir", Directory], CancellationToken.None);

    private static async Task RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet");
        start.ArgumentList.Add(Path.Combine(Root(), "src", "Orchestrator.Host", "bin", "Release", "net10.0", "publish", "orchestrator.dll"));
        Array.ForEach(arguments, start.ArgumentList.Add);

        // What up says is of no interest unless it fails, and then it says it on the other stream.
        start.RedirectStandardOutput = true;
        using var process = Process.Start(start)!;
        _ = process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"orchestrator {arguments[0]} ended with {process.ExitCode}");
        }
    }

    private static string Root([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", ".."));
}
