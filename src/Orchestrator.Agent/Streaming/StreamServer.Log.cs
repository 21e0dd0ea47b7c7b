using Microsoft.Extensions.Logging;

namespace Orchestrator.Agent.Streaming;

internal sealed partial class StreamServer
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "A stream of {Namespace}/{Name} is not served: too many are open")]
    private partial void LogDropped(string @namespace, string name);

    [LoggerMessage(Level = LogLevel.Information, Message = "A stream of container {Container} of {Namespace}/{Name} failed: {Why}")]
    private partial void LogFailed(string @namespace, string name, string container, string why);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A stream of {Namespace}/{Name} ended: {Why}")]
    private partial void LogEnded(string @namespace, string name, string why);
}
