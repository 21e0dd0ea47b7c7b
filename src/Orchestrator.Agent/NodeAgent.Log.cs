using Microsoft.Extensions.Logging;

namespace Orchestrator.Agent;

public sealed partial class NodeAgent
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Agent of node {Node} starts with epoch {Epoch}")]
    private partial void LogStarts(string node, long epoch);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The network of the node could not be prepared: {Reason}; it is tried again")]
    private partial void LogNetworkFault(string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} pods go on from the checkpoint")]
    private partial void LogRestored(int count);
}
