using Microsoft.Extensions.Logging;

namespace Orchestrator.Grains.Events;

internal sealed partial class EventRecorder
{
    [LoggerMessage(Level = LogLevel.Information, Message = "The event {Reason} about {Namespace}/{Name} was not written: {Why}")]
    private partial void LogNotWritten(string reason, string @namespace, string name, string why);
}
