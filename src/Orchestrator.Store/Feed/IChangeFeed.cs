using Orchestrator.Api.Identity;
using Orchestrator.Store.Cache;

namespace Orchestrator.Store.Feed;

/// <summary>The cluster's changes as this silo learns of them: every change, once, in order.</summary>
public interface IChangeFeed
{
    /// <summary>The revision up to which changes have been published.</summary>
    Revision Position { get; }

    /// <summary>Receives every batch that is published from now on, after the watch cache has it.</summary>
    /// <param name="receive">Runs on the feed's own thread: it must only put the batch aside and return. It must not throw.</param>
    /// <returns>Ends the subscription.</returns>
    IDisposable Subscribe(Action<ChangeBatch> receive);
}

/// <summary>The changes of the revisions in (<paramref name="From"/>, <paramref name="To"/>].</summary>
/// <param name="From">The revision before the first change: the last one of the batch before.</param>
/// <param name="To">The revision of the last change.</param>
/// <param name="Changes">All changes in between, one per revision; empty when <paramref name="Reset"/>.</param>
/// <param name="Reset">The changes are no longer in the log (this silo was cut off for longer than its retention): read everything anew.</param>
public sealed record ChangeBatch(Revision From, Revision To, IReadOnlyList<ChangeEvent> Changes, bool Reset = false);
