namespace Orchestrator.Grains.Hosting;

/// <summary>The cluster's addresses, as nodes are told of them.</summary>
public sealed record ClusterNetwork
{
    /// <summary>The range that nodes' pod ranges are cut from.</summary>
    public string PodCidr { get; init; } = "10.42.0.0/16";

    /// <summary>The prefix length of one node's pod range. Upstream: --node-cidr-mask-size.</summary>
    public int NodePrefixLength { get; init; } = 24;

    /// <summary>The address of the cluster's DNS.</summary>
    public string ClusterDns { get; init; } = "10.96.0.10";

    /// <summary>The domain below which Services are found.</summary>
    public string ClusterDomain { get; init; } = "cluster.local";
}
