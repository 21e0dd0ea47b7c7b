using Orchestrator.Api.Identity;
using Orchestrator.Store.Cache;

namespace Orchestrator.Store.History;

/// <summary>The cluster as it was at a revision, out of the current state and the change log.</summary>
public interface IPastStates
{
    /// <summary>The objects of a resource (of one namespace, or of all with an empty one) as they were at a revision that the store has reached.</summary>
    /// <returns>The list, in the order of keys; null when what it takes is no longer in the log (answer 410).</returns>
    /// <exception cref="Commits.StoreUnavailableException">The database does not answer.</exception>
    Task<ListSnapshot?> ListAsync(GroupResource resource, string ns, Revision at, CancellationToken cancellationToken);

    /// <summary>The one object as it was at a revision that the store has reached.</summary>
    /// <returns>A list of it, empty when it did not exist; null when what it takes is no longer in the log (answer 410).</returns>
    /// <exception cref="Commits.StoreUnavailableException">The database does not answer.</exception>
    Task<ListSnapshot?> FindAsync(ObjectKey key, Revision at, CancellationToken cancellationToken);
}
