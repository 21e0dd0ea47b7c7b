using Microsoft.Extensions.Logging;

namespace Orchestrator.Grains.Controllers;

internal sealed partial class ControllerShardGrain
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "This version has no controller {Controller}; its shard's reminder is removed")]
    private partial void LogUnknownController(string controller);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Shard {Shard} had seen {SeenUpTo} and hears of what came after {From}; it looks at everything")]
    private partial void LogGap(string shard, long seenUpTo, long from);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The stream of shard {Shard} reports a fault; it looks at everything")]
    private partial void LogStreamFault(string shard, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Controller} failed on {Namespace}/{Name}; again in {Delay}")]
    private partial void LogReconcileFault(string controller, string @namespace, string name, TimeSpan delay, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Controller} could not finish with {Namespace}/{Name}: {Obstacle}; again in {Delay}")]
    private partial void LogObstacle(string controller, string @namespace, string name, string obstacle, TimeSpan delay);
}
