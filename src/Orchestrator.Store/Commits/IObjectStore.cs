using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Store.Commits;

/// <summary>The one way to the truth. Every write is a compare-and-swap on the object's revision.</summary>
/// <remarks>I/O that fails throws <see cref="StoreUnavailableException"/>; every expected outcome is a <see cref="CommitOutcome"/>.</remarks>
public interface IObjectStore
{
    /// <summary>Queues the write for the next group commit and waits for it.</summary>
    Task<CommitOutcome> CommitAsync(CommitRequest request, CancellationToken cancellationToken);

    /// <summary>Reads one object from the database.</summary>
    Task<StoredObject?> ReadAsync(ObjectKey key, CancellationToken cancellationToken);

    /// <summary>The cluster's current revision; one query in flight serves all who wait.</summary>
    Task<Revision> CurrentRevisionAsync(CancellationToken cancellationToken);
}

/// <summary>One write.</summary>
public sealed record CommitRequest
{
    /// <summary>The object.</summary>
    public required ObjectKey Key { get; init; }

    /// <summary>The revision that the object must have; <see cref="Revision.None"/>: it must not exist.</summary>
    public required Revision Expected { get; init; }

    /// <summary>The canonical UTF-8 document without resourceVersion: the new state, or of a removal the last one.</summary>
    public required ReadOnlyMemory<byte> Document { get; init; }

    /// <summary>True: the object is removed.</summary>
    public bool Removes { get; init; }

    /// <summary>A namespace that must exist (and not be terminating when the object is new) in the same commit; null: none.</summary>
    public string? RequiredNamespace { get; init; }

    /// <summary>Other objects that change, come or go in the same commit or not at all, as a quota that is charged for this one or an address
    /// that it takes. Each has a row of its own in the log.</summary>
    public IReadOnlyList<CompanionWrite> Companions { get; init; } = [];

    /// <summary>Who wrote.</summary>
    public string User { get; init; } = "";

    /// <summary>What led to the write: a request id or <c>revision:N</c>.</summary>
    public string Cause { get; init; } = "";

    /// <summary>The W3C trace context.</summary>
    public string TraceParent { get; init; } = "";
}

/// <summary>What became of a write.</summary>
public abstract record CommitOutcome
{
    private CommitOutcome()
    {
    }

    /// <summary>Durable. The stored object carries the new revision.</summary>
    /// <param name="Object">The object as it now stands (of a removal: as it last stood, with the removal's revision).</param>
    public sealed record Committed(StoredObject Object) : CommitOutcome
    {
        /// <summary>The companions as they now stand (of a removal: as they last stood), in the order of the request.</summary>
        public IReadOnlyList<StoredObject> Companions { get; init; } = [];
    }

    /// <summary>The object does not have the expected revision.</summary>
    /// <param name="Current">The object as it is, or null when it does not exist.</param>
    public sealed record Conflict(StoredObject? Current) : CommitOutcome;

    /// <summary>The object has the expected revision, but a companion does not; nothing was written.</summary>
    /// <param name="Current">The companions that have changed, as they stand; null for one that is gone.</param>
    public sealed record CompanionConflict(IReadOnlyDictionary<ObjectKey, StoredObject?> Current) : CommitOutcome;

    /// <summary>The required namespace is missing or terminating.</summary>
    public sealed record NamespaceGone : CommitOutcome;

    /// <summary>The commit queue is full: answer 429.</summary>
    public sealed record Overloaded : CommitOutcome;
}

/// <summary>The database cannot be reached or does not answer: answer 503 with Retry-After.</summary>
public sealed class StoreUnavailableException : Exception
{
    /// <summary>Creates the exception.</summary>
    public StoreUnavailableException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
