using Microsoft.Extensions.Logging;

namespace Orchestrator.Store.Feed;

internal sealed partial class ChangeFeed
{
    [LoggerMessage(1, LogLevel.Information, "The watch cache holds {Objects} objects at revision {ResourceVersion}")]
    private partial void LogLoaded(int objects, long resourceVersion);

    [LoggerMessage(2, LogLevel.Warning, "The change feed lost the database at revision {ResourceVersion} and connects again")]
    private partial void LogLost(Exception cause, long resourceVersion);

    [LoggerMessage(3, LogLevel.Warning, "The change log no longer has what follows revision {ResourceVersion}: everything is read anew")]
    private partial void LogGap(long resourceVersion);

    [LoggerMessage(4, LogLevel.Critical, "A subscriber of the change feed failed and is cut off")]
    private partial void LogSubscriberFailed(Exception cause);
}
