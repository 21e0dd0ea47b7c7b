namespace Orchestrator.Host.Cluster;

/// <summary>What a cluster was made with and cannot change, kept in its data directory.</summary>
internal sealed record ClusterRecord
{
    /// <summary>The layout of the directory.</summary>
    public int Layout { get; init; } = DataDirectory.Layout;

    /// <summary>The addresses of pods.</summary>
    public required string PodCidr { get; init; }

    /// <summary>The addresses of Services.</summary>
    public required string ServiceCidr { get; init; }

    /// <summary>This host's node.</summary>
    public required string NodeName { get; init; }

    /// <summary>The API's port, which a restart keeps unless told otherwise.</summary>
    public required int ApiPort { get; init; }

    /// <summary>The connection string of a database that is not the cluster's own; null: it is.</summary>
    public string? Database { get; init; }

    /// <summary>The socket of a container runtime that is not the cluster's own; null: it is.</summary>
    public string? ContainerdSocket { get; init; }
}
