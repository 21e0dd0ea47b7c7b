namespace Orchestrator.HistoryChecker;

/// <summary>What a line of a watch says.</summary>
public enum FrameKind
{
    Added,
    Modified,
    Deleted,
    Bookmark,
}

/// <summary>One line of a watch.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="At">When it arrived, on the clock of the operations.</param>
/// <param name="Object">The object; of a bookmark only the revision matters.</param>
public sealed record Frame(FrameKind Kind, long At, Item Object)
{
    /// <summary>The bookmark that ends the initial state of a watch that asked for it.</summary>
    public bool EndsInitialState { get; init; }
}

/// <summary>One watch request, from its beginning to its end, whatever ended it.</summary>
public sealed record WatchRun
{
    /// <summary>The silo that was asked.</summary>
    public string Silo { get; init; } = "";

    /// <summary>When it was asked for.</summary>
    public long Begin { get; init; }

    /// <summary>The revision after which it was to begin.</summary>
    public required long From { get; init; }

    /// <summary>True: it was asked for without a revision and begins with the state, which a bookmark ends; <see cref="From"/> means nothing.</summary>
    public bool BeginsWithState { get; init; }

    /// <summary>What arrived.</summary>
    public required IReadOnlyList<Frame> Frames { get; init; }
}

/// <summary>A client that lists once and then follows, resuming where its last stream ended. After a 410 it is a new watcher.</summary>
public sealed record Watcher
{
    /// <summary>Tells watchers apart in messages.</summary>
    public required string Name { get; init; }

    /// <summary>The label that it chose; empty: all.</summary>
    public string Selector { get; init; } = "";

    /// <summary>The list that it began with; null when its first stream begins with the state.</summary>
    public Operation? Base { get; init; }

    /// <summary>Its streams, each resumed from the one before.</summary>
    public required IReadOnlyList<WatchRun> Streams { get; init; }

    /// <summary>The revision that it must have reached in the end; 0: it was ended before, by a 410 or its client.</summary>
    public long MustReach { get; init; }
}
