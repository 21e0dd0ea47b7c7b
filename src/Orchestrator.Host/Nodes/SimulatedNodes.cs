using System.Globalization;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent;
using Orchestrator.Gateway.Certificates;
using Orchestrator.Host.Cluster;

namespace Orchestrator.Host.Nodes;

/// <summary>Nodes whose runtime is simulated, in the server's process: real agents, no containers.</summary>
internal static class SimulatedNodes
{
    /// <summary>The name of the Nth.</summary>
    public static string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"simulated-{number}");

    /// <summary>Runs that many until cancelled.</summary>
    public static Task RunAsync(
        int count, DataDirectory directory, NodeSettings cluster, ClusterAuthority authority, ILoggerFactory loggers, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(1, count).Select(number => RunOneAsync(NameOf(number), directory, cluster, authority, loggers, cancellationToken)));

    private static async Task RunOneAsync(
        string name, DataDirectory directory, NodeSettings cluster, ClusterAuthority authority, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var files = new NodeFiles(Path.Combine(directory.Root, "simulated", name));
        files.Ensure(name, authority);
        var options = new AgentOptions
        {
            ServerUrl = cluster.Server,
            NodeName = name,
            StateDirectory = files.Directory,
            CertificatePath = files.Certificate,
            KeyPath = files.Key,
            AuthorityPath = files.Authority,
            ClusterCidr = cluster.PodCidr,
            ServiceCidr = cluster.ServiceCidr,
            Simulated = true,
        };
        await NodeProcess.RunAsync(options, loggers, cancellationToken);
    }
}
