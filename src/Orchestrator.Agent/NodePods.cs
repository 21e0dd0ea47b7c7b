using Orchestrator.Agent.Cri;
using Orchestrator.AgentProtocol.Cri;

namespace Orchestrator.Agent;

/// <summary>All pods of an agent at once: for taking a node down.</summary>
public static class NodePods
{
    /// <summary>Sandboxes that are stopped at the same time.</summary>
    private const int AtOnce = 8;

    /// <summary>Stops and removes every sandbox that the agent has made, with the containers in it. What others run on the same runtime stays.</summary>
    /// <param name="runtimeSocket">The runtime's Unix socket.</param>
    /// <param name="stateDirectory">The agent's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The runtime does not answer or refuses.</exception>
    public static async Task RemoveAllAsync(string runtimeSocket, string stateDirectory, CancellationToken cancellationToken)
    {
        using var runtime = new CriRuntime(runtimeSocket, stateDirectory);
        var sandboxes = await runtime.ListPodSandboxesAsync(cancellationToken);
        var bound = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(sandboxes, bound, async (sandbox, stop) => await RemoveAsync(runtime, sandbox, stop));
    }

    private static async Task RemoveAsync(CriRuntime runtime, PodSandbox sandbox, CancellationToken cancellationToken)
    {
        await runtime.StopPodSandboxAsync(sandbox.Id, cancellationToken);
        await runtime.RemovePodSandboxAsync(sandbox.Id, cancellationToken);
    }
}
