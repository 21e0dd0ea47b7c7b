using Orchestrator.EndToEnd.Tests.Harness;

namespace Orchestrator.EndToEnd.Tests.Conversations;

/// <summary>A server with its controllers and without a node: what kubectl's conversations need, and no more. It needs no root.</summary>
public sealed class NodelessCluster : IAsyncLifetime
{
    /// <summary>The cluster.</summary>
    public TestCluster Cluster { get; } = new();

    public async ValueTask InitializeAsync() => await Cluster.UpOrFailAsync("--disable-agent");

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}
