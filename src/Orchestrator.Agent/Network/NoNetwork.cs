using Orchestrator.AgentProtocol;

namespace Orchestrator.Agent.Network;

/// <summary>The network of a simulated node: none.</summary>
internal sealed class NoNetwork : INodeNetwork
{
    /// <inheritdoc />
    public Task PrepareAsync(string podCidr, string clusterDns, string clusterDomain, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task ApplyAsync(NetworkState state, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public NetworkState? Snapshot() => null;
}
