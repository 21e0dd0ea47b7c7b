using Microsoft.Extensions.Logging;

namespace Orchestrator.Store.Retention;

internal sealed partial class LogRetention
{
    [LoggerMessage(1, LogLevel.Information, "The change log was compacted up to revision {ResourceVersion}, in {Milliseconds} ms")]
    private partial void LogCompacted(long resourceVersion, long milliseconds);

    [LoggerMessage(2, LogLevel.Warning, "The partitions of the change log could not be tended and will be in the next round")]
    private partial void LogPostponed(Exception cause);
}
