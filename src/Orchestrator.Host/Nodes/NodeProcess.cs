using Microsoft.Extensions.Logging;
using Orchestrator.Agent;

namespace Orchestrator.Host.Nodes;

/// <summary>An agent in this process.</summary>
internal static class NodeProcess
{
    /// <summary>Runs it until cancelled.</summary>
    public static async Task RunAsync(AgentOptions options, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        try
        {
            await new NodeAgent(options, loggers).RunAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Asked to.
        }
    }
}
