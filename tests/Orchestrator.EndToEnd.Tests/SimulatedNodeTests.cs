using Orchestrator.EndToEnd.Tests.Harness;

namespace Orchestrator.EndToEnd.Tests;

/// <summary>A cluster to try things out on: no root, no containers.</summary>
public sealed class SimulatedNodeTests
{
    [Fact]
    public async Task Simulated_nodes_run_simulated_pods()
    {
        await using var cluster = new TestCluster();
        await cluster.UpOrFailAsync("--simulated-nodes", "3", "--disable-agent");
        var kubectl = await cluster.NamespaceAsync();
        Assert.Equal(3, (await kubectl.RunAsync("get nodes -o name")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        await kubectl.RunAsync("create deployment many --image=anything --replicas=9");
        await kubectl.UntilRolledOutAsync("deployment/many");
        var nodes = (await kubectl.FieldAsync("pods", ".items[*].spec.nodeName")).Split(' ').Distinct();
        Assert.Equal(3, nodes.Count());
    }
}
