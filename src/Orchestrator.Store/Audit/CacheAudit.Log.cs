using Microsoft.Extensions.Logging;

namespace Orchestrator.Store.Audit;

internal sealed partial class CacheAudit
{
    [LoggerMessage(1, LogLevel.Critical, "The watch cache differs from the database at revision {ResourceVersion}: {CacheObjects} objects here, {StoreObjects} there, or not the same ones")]
    private partial void LogDifference(long resourceVersion, int cacheObjects, int storeObjects);

    [LoggerMessage(2, LogLevel.Warning, "The watch cache could not be audited and will be in the next round")]
    private partial void LogPostponed(Exception cause);
}
