namespace Orchestrator.Agent;

/// <summary>What a node's agent must know of its host and its cluster.</summary>
public sealed record AgentOptions
{
    /// <summary>Where the gateway is: https://host:port.</summary>
    public required Uri ServerUrl { get; init; }

    /// <summary>The Node's name.</summary>
    public required string NodeName { get; init; }

    /// <summary>Where the agent keeps its epoch, the checkpoint of its pods, their volumes and their logs.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>The client certificate of this node, PEM.</summary>
    public required string CertificatePath { get; init; }

    /// <summary>The key of that certificate, PEM.</summary>
    public required string KeyPath { get; init; }

    /// <summary>The cluster's certificate authority, PEM.</summary>
    public required string AuthorityPath { get; init; }

    /// <summary>The Unix socket of the container runtime. Not used by a simulated node.</summary>
    public string RuntimeSocket { get; init; } = "/run/containerd/containerd.sock";

    /// <summary>Where the runtime looks for CNI configurations.</summary>
    public string CniDirectory { get; init; } = "/etc/cni/net.d";

    /// <summary>The name of the pods' bridge and of the nftables table, at most 15 characters.</summary>
    public string NetworkName { get; init; } = "orchestrator0";

    /// <summary>The addresses of all nodes' pods.</summary>
    public string ClusterCidr { get; init; } = "10.42.0.0/16";

    /// <summary>The addresses of Services.</summary>
    public string ServiceCidr { get; init; } = "10.96.0.0/16";

    /// <summary>This node's own range for pods; empty: the cluster chooses one.</summary>
    public string PodCidr { get; init; } = "";

    /// <summary>The host's address as other nodes reach it; empty: the one that leads to the server.</summary>
    public string NodeAddress { get; init; } = "";

    /// <summary>Further labels of the Node.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Image archives (*.tar, docker or OCI) here are imported at start and when they appear; empty: none.</summary>
    public string ImageArchiveDirectory { get; init; } = "";

    /// <summary>True for a node whose runtime is simulated in process: no root, no containers, no network.</summary>
    public bool Simulated { get; init; }

    /// <summary>How many pods the node takes. Upstream's default.</summary>
    public int MaxPods { get; init; } = 110;

    /// <summary>The cgroup below which all pods are, as a path from the root of the hierarchy.</summary>
    public string CgroupRoot { get; init; } = "/kubepods";
}
