using Microsoft.Extensions.Logging;

namespace Orchestrator.Grains.Controllers;

internal sealed partial class ShardActivator
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The reminder of shard {Shard} could not be ensured; trying again")]
    private partial void LogNotEnsured(string shard, Exception exception);
}
