using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Store.Cache;
using Orchestrator.Store.Commits;

namespace Orchestrator.Store.Feed;

/// <summary>The changes of one group commit, in the order of their revisions, which follow each other without a hole.</summary>
/// <param name="Changes">The changes.</param>
/// <param name="CommittedAt">When the commit was answered.</param>
internal sealed record CommittedBatch(IReadOnlyList<CommittedChange> Changes, DateTime CommittedAt)
{
    /// <summary>The revision before the first change.</summary>
    public Revision Base => new(Changes[0].Stored.Revision.Value - 1);

    /// <summary>What became durable of some writes.</summary>
    public static CommittedBatch Of(IReadOnlyList<PendingWrite> writes, CommitOutcome[] outcomes, DateTime committedAt)
    {
        var changes = new List<CommittedChange>(outcomes.Length);
        for (var index = 0; index < outcomes.Length; index++)
        {
            if (outcomes[index] is not CommitOutcome.Committed committed)
            {
                continue;
            }

            changes.Add(new CommittedChange(TypeOf(writes[index]), committed.Object));
            for (var place = 0; place < committed.Companions.Count; place++)
            {
                changes.Add(new CommittedChange(TypeOf(writes[index].Companions[place]), committed.Companions[place]));
            }
        }

        return new CommittedBatch(changes, committedAt);
    }

    private static ChangeType TypeOf(ICommitRow row) =>
        row.Removes ? ChangeType.Deleted : row.Expected == Revision.None ? ChangeType.Added : ChangeType.Modified;
}

/// <summary>One change of a commit.</summary>
/// <param name="Type">What happened.</param>
/// <param name="Stored">The object after it.</param>
internal readonly record struct CommittedChange(ChangeType Type, StoredObject Stored);
