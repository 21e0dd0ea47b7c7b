using Microsoft.Extensions.Logging;

namespace Orchestrator.Store.Commits;

internal sealed partial class Committer
{
    [LoggerMessage(1, LogLevel.Warning, "A commit of {Writes} writes did not get through and is tried again")]
    private partial void LogRetry(Exception cause, int writes);

    [LoggerMessage(2, LogLevel.Information, "A commit whose connection broke turned out to be durable: {Writes} writes")]
    private partial void LogResolved(int writes);

    [LoggerMessage(3, LogLevel.Error, "The database is unavailable: writes are refused until it is back")]
    private partial void LogUnavailable(Exception cause);

    [LoggerMessage(4, LogLevel.Information, "The database is available again")]
    private partial void LogAvailable();

    [LoggerMessage(5, LogLevel.Error, "The database refuses the data of {Key}")]
    private partial void LogRefused(Exception cause, string key);

    [LoggerMessage(6, LogLevel.Critical, "A commit of {Writes} writes failed in a way that nobody foresaw")]
    private partial void LogBug(Exception cause, int writes);
}
