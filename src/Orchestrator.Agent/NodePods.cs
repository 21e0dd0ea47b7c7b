using Orchestrator.Agent.Cri;
using Orchestrator.AgentProtocol.Cri;

namespace Orchestrator.Agent;

/// <summary>All pods of a host at once: for taking a node down.</summary>
public static class NodePods
{
    /// <summary>Sandboxes that are stopped at the same time.</summary>
    private const int AtOnce = 8;

    /// <summary>Stops and removes every sandbox of the runtime, with the containers in it.</summary>
    /// <exception cref="IOException">The runtime does not answer or refuses.</exception>
    public static async Task RemoveAllAsync(string runtimeSocket, CancellationToken cancellationToken)
    {
        using var runtime = new CriRuntime(runtimeSocket);
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
