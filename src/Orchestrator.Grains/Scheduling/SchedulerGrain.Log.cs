using Microsoft.Extensions.Logging;

namespace Orchestrator.Grains.Scheduling;

internal sealed partial class SchedulerGrain
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The scheduler starts over from the cache")]
    private partial void LogFault(Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What was decided about {Namespace}/{Name} could not be carried out: {Why}")]
    private partial void LogObstacle(string @namespace, string name, string why);
}
