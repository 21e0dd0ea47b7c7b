using Microsoft.Extensions.Logging;

namespace Orchestrator.Grains.Streams;

internal sealed partial class ShardRouter
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Fell behind the change feed after revision {ResourceVersion}; every shard looks at everything")]
    private partial void LogOverflow(long resourceVersion);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Controller} could not say which keys the change of {Key} concerns; every shard looks at everything")]
    private partial void LogRouteFault(string controller, string key, Exception exception);
}
