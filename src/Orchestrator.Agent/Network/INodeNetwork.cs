using Orchestrator.AgentProtocol;

namespace Orchestrator.Agent.Network;

/// <summary>The node's part of the cluster's network. Real on a host, absent on a simulated node.</summary>
internal interface INodeNetwork
{
    /// <summary>Readies the host for pods of this range: called when an assignment names it, before the first pod starts. Running it twice changes nothing.</summary>
    Task PrepareAsync(string podCidr, string clusterDns, string clusterDomain, CancellationToken cancellationToken);

    /// <summary>Takes in what changed of Services and endpoints.</summary>
    Task ApplyAsync(NetworkState state, CancellationToken cancellationToken);

    /// <summary>All that is known of Services and endpoints; null before the first full message.</summary>
    NetworkState? Snapshot();
}
