using Orchestrator.Api.Identity;

namespace Orchestrator.Store.Cache;

/// <summary>The latest changes, for watches that resume: bounded in number and bytes, the oldest leave first. Revisions in it have no holes.</summary>
internal sealed class RecentChanges
{
    private readonly int maxCount;
    private readonly long maxBytes;
    private readonly Queue<ChangeEvent> changes = new();
    private long bytes;

    public RecentChanges(int maxCount, long maxBytes)
    {
        this.maxCount = maxCount;
        this.maxBytes = maxBytes;
    }

    /// <summary>The revision before the oldest change that is kept: a watch from there or later misses nothing.</summary>
    public Revision Start { get; private set; }

    /// <summary>Forgets everything and begins after a revision.</summary>
    public void Reset(Revision start)
    {
        changes.Clear();
        bytes = 0;
        Start = start;
    }

    /// <summary>Adds the next change.</summary>
    public void Add(ChangeEvent change)
    {
        changes.Enqueue(change);
        bytes += change.Object.Stored.Document.Length;
        while (changes.Count > maxCount || bytes > maxBytes)
        {
            var oldest = changes.Dequeue();
            bytes -= oldest.Object.Stored.Document.Length;
            Start = oldest.Revision;
        }
    }

    /// <summary>The changes after a revision, in order.</summary>
    public IEnumerable<ChangeEvent> After(Revision revision) => changes.Skip((int)Math.Max(0, revision.Value - Start.Value));
}
