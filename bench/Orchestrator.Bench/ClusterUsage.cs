namespace Orchestrator.Bench;

/// <summary>What the server and its PostgreSQL have used.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="withThisProcess">A part of the server runs here.</param>
internal sealed class ClusterUsage(BenchCluster cluster, bool withThisProcess = false)
{
    private static readonly string[] Parts = ["server", "postgres"];

    /// <summary>Processor time since their start, in seconds.</summary>
    public double CpuSeconds() => Trees().Sum(ProcessTree.CpuSeconds);

    /// <summary>The server's memory now, without PostgreSQL's, in MB (PSS).</summary>
    public double ServerMegabytes() => cluster.ProcessOf("server") is { } pid ? ProcessTree.ProportionalMegabytes([pid]) : 0;

    private int[][] Trees()
    {
        var roots = Parts.Select(cluster.ProcessOf).OfType<int>().ToArray();
        return [.. withThisProcess ? [[Environment.ProcessId]] : (int[][])[], .. roots.Select(root => ProcessTree.Of(root, [.. roots]))];
    }
}
