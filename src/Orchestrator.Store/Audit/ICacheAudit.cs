using Orchestrator.Api.Identity;

namespace Orchestrator.Store.Audit;

/// <summary>Compares what this silo serves with what the database has.</summary>
public interface ICacheAudit
{
    /// <summary>Digests the watch cache as it is now, and the database as it was at the same revision.</summary>
    /// <returns>Both digests; null when the log was compacted past the revision each time that it was tried.</returns>
    /// <exception cref="Commits.StoreUnavailableException">The database does not answer.</exception>
    Task<AuditReport?> RunAsync(CancellationToken cancellationToken);

    /// <summary>The last report; null before the first.</summary>
    AuditReport? Last { get; }
}

/// <summary>Two digests of the cluster at one revision.</summary>
/// <param name="Revision">The revision.</param>
/// <param name="CacheObjects">How many objects the watch cache has.</param>
/// <param name="Cache">The watch cache's digest.</param>
/// <param name="StoreObjects">How many objects the database had.</param>
/// <param name="Store">The database's digest.</param>
public sealed record AuditReport(Revision Revision, int CacheObjects, string Cache, int StoreObjects, string Store)
{
    /// <summary>True when they are the same.</summary>
    public bool Agrees => Cache == Store && CacheObjects == StoreObjects;
}
