using Microsoft.Extensions.Logging;

namespace Orchestrator.Host.Up;

internal sealed partial class Supervisor
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Part} has ended; it is started again in {Pause}")]
    private partial void LogEnded(string part, TimeSpan pause);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Part} runs again")]
    private partial void LogStarted(string part);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Part} could not be started again: {Error}")]
    private partial void LogFailed(string part, string error);
}
