using System.Net;
using System.Text.Json.Nodes;
using Orleans.Configuration;

namespace Orchestrator.Client;

/// <summary>Connects an Orleans client by the file that the server writes: <c>grain-client.json</c> in its data directory, readable by its owner.</summary>
public static class ClusterFile
{
    /// <summary>Takes the cluster's identity and the addresses of its silos from the file.</summary>
    /// <param name="client">The Orleans client.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="FormatException">The file is not what the server writes.</exception>
    public static IClientBuilder UseOrchestratorCluster(this IClientBuilder client, string path)
    {
        var (cluster, service) = UseIdentity(path, out var file);
        return client
            .UseStaticClustering([.. file["silos"]!.AsArray().Select(silo => IPEndPoint.Parse((string)silo!))])
            .Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (cluster, service));
    }

    /// <summary>Takes only the cluster's identity from the file, for a client that finds the silos elsewhere, as in the database.</summary>
    /// <inheritdoc cref="UseOrchestratorCluster"/>
    public static IClientBuilder UseOrchestratorIdentity(this IClientBuilder client, string path)
    {
        var (cluster, service) = UseIdentity(path, out _);
        return client.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (cluster, service));
    }

    private static (string Cluster, string Service) UseIdentity(string path, out JsonNode file)
    {
        file = JsonNode.Parse(File.ReadAllText(path)) ?? throw new FormatException($"{path} is empty");
        return (file["cluster"], file["service"], file["silos"]) is ({ } cluster, { } service, JsonArray)
            ? ((string)cluster!, (string)service!)
            : throw new FormatException($"{path} does not name a cluster, its service and its silos");
    }
}
