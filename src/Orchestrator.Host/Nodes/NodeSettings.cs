namespace Orchestrator.Host.Nodes;

/// <summary>What makes this host a node.</summary>
internal sealed record NodeSettings
{
    /// <summary>The node's name.</summary>
    public required string Name { get; init; }

    /// <summary>Where a server is.</summary>
    public required Uri Server { get; init; }

    /// <summary>A runtime to use; null: a private containerd.</summary>
    public string? ContainerdSocket { get; init; }

    /// <summary>What starts a private containerd's containers.</summary>
    public string Runtime { get; init; } = "runc";

    /// <summary>The addresses of all pods.</summary>
    public required string PodCidr { get; init; }

    /// <summary>The addresses of Services.</summary>
    public required string ServiceCidr { get; init; }

    /// <summary>The host's address for other nodes; empty: the one that leads to the server.</summary>
    public string Address { get; init; } = "";

    /// <summary>Further labels of the Node.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}
