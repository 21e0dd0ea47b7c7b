using Microsoft.Extensions.Logging;

namespace Orchestrator.Agent;

/// <summary>One node's agent: runs the pods that are bound to the node and says how they are.</summary>
public sealed class NodeAgent(AgentOptions options, ILoggerFactory loggers)
{
    /// <summary>Runs until cancelled. Containers keep running when the agent ends; the next one takes them over.</summary>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggers);
        return Task.Delay(Timeout.Infinite, cancellationToken);
    }
}
