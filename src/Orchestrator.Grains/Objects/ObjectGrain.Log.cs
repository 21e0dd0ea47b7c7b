using Microsoft.Extensions.Logging;

namespace Orchestrator.Grains.Objects;

internal sealed partial class ObjectGrain
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The store did not take a write of {Namespace}/{Name}")]
    private partial void LogStoreUnavailable(string @namespace, string name, Exception exception);
}
