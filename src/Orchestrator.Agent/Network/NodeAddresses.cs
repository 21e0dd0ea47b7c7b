using System.Globalization;
using System.Net;

namespace Orchestrator.Agent.Network;

/// <summary>The addresses that the node's part of the network is made of.</summary>
internal sealed record NodeAddresses
{
    /// <summary>The addresses of the pods of this node, as in <c>10.42.0.0/24</c>.</summary>
    public required string PodCidr { get; init; }

    /// <summary>The addresses of the pods of all nodes.</summary>
    public required string ClusterCidr { get; init; }

    /// <summary>The addresses of Services.</summary>
    public required string ServiceCidr { get; init; }

    /// <summary>The virtual address of cluster DNS.</summary>
    public required string ClusterDns { get; init; }

    /// <summary>The bridge that pods hang on, and the nftables table: named after the data directory, so that two clusters do not meet.</summary>
    public required string Bridge { get; init; }

    /// <summary>The node's own address on the bridge: the first of its range.</summary>
    public string Gateway => First(PodCidr);

    /// <summary>The virtual address of the API: the first of the Service range.</summary>
    public string KubernetesService => First(ServiceCidr);

    /// <summary>The prefix length of the pod range.</summary>
    public string PodPrefix => PodCidr[(PodCidr.IndexOf('/', StringComparison.Ordinal) + 1)..];

    private static string First(string cidr)
    {
        var bytes = IPNetwork.Parse(cidr).BaseAddress.GetAddressBytes();
        bytes[^1] |= 1;
        return string.Create(CultureInfo.InvariantCulture, $"{new IPAddress(bytes)}");
    }
}
