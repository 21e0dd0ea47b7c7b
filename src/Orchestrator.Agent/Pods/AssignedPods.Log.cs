using Microsoft.Extensions.Logging;

namespace Orchestrator.Agent.Pods;

internal sealed partial class AssignedPods
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Assigned: {Count} pods")]
    private partial void LogAssigned(int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Pod {Namespace}/{Name} ({Uid}) runs here and is not bound here: it is removed")]
    private partial void LogOrphan(string @namespace, string name, string uid);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The container runtime does not answer: {Reason}")]
    private partial void LogRuntimeAway(string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "The container runtime answers")]
    private partial void LogRuntimeHere();
}
