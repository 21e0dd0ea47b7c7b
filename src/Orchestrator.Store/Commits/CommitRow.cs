using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Store.Commits;

/// <summary>What the database answered about one row of a commit.</summary>
/// <param name="Committed">The revision of the row; none when it was not written.</param>
/// <param name="Current">The revision that the object had before the commit.</param>
/// <param name="NamespaceOk">The required namespace was there.</param>
/// <param name="CurrentDocument">The object's document, when its revision was not the expected one.</param>
internal readonly record struct CommitRow(Revision Committed, Revision Current, bool NamespaceOk, byte[]? CurrentDocument)
{
    /// <summary>What became of a write, from its row and those of its companions.</summary>
    public CommitOutcome ToOutcome(PendingWrite write, ReadOnlySpan<CommitRow> companions)
    {
        if (Committed > Revision.None)
        {
            var stored = write.At(Committed);
            return companions.IsEmpty ? new CommitOutcome.Committed(stored) : new CommitOutcome.Committed(stored) { Companions = Stored(write, companions) };
        }

        if (Current != write.Request.Expected)
        {
            return new CommitOutcome.Conflict(Found(write.Request.Key));
        }

        if (Lost(write, companions) is { Count: > 0 } lost)
        {
            return new CommitOutcome.CompanionConflict(lost);
        }

        // What remains is the removal of an object that is not there.
        return NamespaceOk ? new CommitOutcome.Conflict(null) : new CommitOutcome.NamespaceGone();
    }

    private static StoredObject[] Stored(PendingWrite write, ReadOnlySpan<CommitRow> companions)
    {
        var stored = new StoredObject[companions.Length];
        for (var index = 0; index < stored.Length; index++)
        {
            stored[index] = write.Companions[index].At(companions[index].Committed);
        }

        return stored;
    }

    private static Dictionary<ObjectKey, StoredObject?> Lost(PendingWrite write, ReadOnlySpan<CommitRow> companions)
    {
        var lost = new Dictionary<ObjectKey, StoredObject?>();
        for (var index = 0; index < companions.Length; index++)
        {
            var companion = write.Companions[index];
            if (companions[index].Current != companion.Expected)
            {
                lost.Add(companion.ObjectKey, companions[index].Found(companion.ObjectKey));
            }
        }

        return lost;
    }

    private StoredObject? Found(ObjectKey key) =>
        CurrentDocument is null ? null : new StoredObject(key, Current, DocumentEncoding.WithResourceVersion(CurrentDocument, Current));
}
