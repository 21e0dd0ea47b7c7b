namespace Orchestrator.HistoryChecker;

/// <summary>What a revision did to its object.</summary>
public enum ChangeKind
{
    Added,
    Modified,
    Deleted,
}

/// <summary>One row of the change log, as it stands in the database.</summary>
/// <param name="Revision">Its revision.</param>
/// <param name="Key">The object; empty for objects that the history is not about, which only take their place in the order.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Previous">The revision that it replaced; 0: none.</param>
/// <param name="Value">The value after it; of a removal the last one.</param>
/// <param name="Label">The label after it; of a removal the last one.</param>
public sealed record Change(long Revision, string Key, ChangeKind Kind, long Previous, string Value, string Label);

/// <summary>What clients did and saw, and what the database has.</summary>
public sealed record History
{
    /// <summary>All requests.</summary>
    public IReadOnlyList<Operation> Operations { get; init; } = [];

    /// <summary>All watchers.</summary>
    public IReadOnlyList<Watcher> Watchers { get; init; } = [];

    /// <summary>The change log, whole from <see cref="LogStart"/> on, at which none of the objects existed.</summary>
    public IReadOnlyList<Change> Log { get; init; } = [];

    /// <summary>The revision before the first row of the log.</summary>
    public long LogStart { get; init; }
}

/// <summary>A promise that was broken.</summary>
/// <param name="Rule">Which, as in <c>watch.ordered</c>.</param>
/// <param name="Message">By what.</param>
public sealed record Violation(string Rule, string Message);
