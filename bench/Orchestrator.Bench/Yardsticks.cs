namespace Orchestrator.Bench;

/// <summary>What stands beside our figures, from the same run and on the same disk.</summary>
internal static class Yardsticks
{
    /// <summary>How fast this disk makes writes durable, and what etcd does with that, where it is installed.</summary>
    public static async Task MeasureAsync(string benchmark, BenchOptions options, Report report, CancellationToken cancellationToken)
    {
        await FsyncRate.MeasureAsync(benchmark, report, cancellationToken);
        if (EtcdServer.IsInstalled)
        {
            await EtcdPuts.RunAsync(benchmark, options, report, cancellationToken);
        }
    }

    /// <summary>Measures the disk, then sends a load to kube-apiserver, when one was named, and the same load to ours.</summary>
    public static async Task CompareAsync(string benchmark, BenchOptions options, Report report, Func<IApiServer, Task> load, CancellationToken cancellationToken)
    {
        await MeasureAsync(benchmark, options, report, cancellationToken);
        if (options.KubeApiServer is { } program)
        {
            await using var yardstick = await KubeApiServer.StartAsync(program, cancellationToken);
            await load(yardstick);
        }

        await using var cluster = await BenchCluster.StartAsync(options, withNode: false, cancellationToken);
        await load(cluster);
    }
}
