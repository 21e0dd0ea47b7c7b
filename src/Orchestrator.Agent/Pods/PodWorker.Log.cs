using Microsoft.Extensions.Logging;

namespace Orchestrator.Agent.Pods;

internal sealed partial class PodWorker
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Pod {Namespace}/{Name} waits: {Reason}")]
    private partial void LogObstacle(string @namespace, string name, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Pod {Namespace}/{Name}: a fault that was not foreseen; it is tried again")]
    private partial void LogFault(string @namespace, string name, Exception fault);

    [LoggerMessage(Level = LogLevel.Information, Message = "Pod {Namespace}/{Name} ({Uid}): {Step}")]
    private partial void LogStep(string @namespace, string name, string uid, string step);
}
