using Microsoft.Extensions.Logging;

namespace Orchestrator.Gateway.Hosting;

internal sealed partial class GatewayPipeline
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "The client went away during {Path}")]
    private partial void LogAborted(string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} was answered 503: the store is not available")]
    private partial void LogStoreUnavailable(string path, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private partial void LogFailed(string method, string path, Exception exception);
}
