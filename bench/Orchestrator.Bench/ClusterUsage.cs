namespace Orchestrator.Bench;

/// <summary>What a server and its store have used.</summary>
/// <param name="server">The server.</param>
/// <param name="withThisProcess">A part of the server runs here.</param>
internal sealed class ClusterUsage(IApiServer server, bool withThisProcess = false)
{
    /// <summary>Processor time since their start, in seconds.</summary>
    public double CpuSeconds() => Trees().Sum(ProcessTree.CpuSeconds);

    /// <summary>The server's memory now, without its store's, in MB (PSS).</summary>
    public double ServerMegabytes() => server.ServerId is { } pid ? ProcessTree.ProportionalMegabytes([pid]) : 0;

    private int[][] Trees()
    {
        int[] roots = [.. new[] { server.ServerId, server.StoreId }.OfType<int>()];
        return [.. withThisProcess ? [[Environment.ProcessId]] : (int[][])[], .. roots.Select(root => ProcessTree.Of(root, [.. roots]))];
    }
}
