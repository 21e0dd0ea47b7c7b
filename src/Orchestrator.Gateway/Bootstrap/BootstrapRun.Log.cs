using Microsoft.Extensions.Logging;

namespace Orchestrator.Gateway.Bootstrap;

internal sealed partial class BootstrapRun
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The cluster's own objects could not be made yet; trying again")]
    private partial void LogUnavailable(Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Key} could not be made yet: {Status}")]
    private partial void LogRefused(string key, string status);
}
