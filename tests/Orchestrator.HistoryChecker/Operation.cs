namespace Orchestrator.HistoryChecker;

/// <summary>What a client asked for.</summary>
public enum Verb
{
    Create,
    Update,
    Delete,
    Get,
    List,
}

/// <summary>What a client knows of its request afterwards.</summary>
public enum Outcome
{
    /// <summary>Acknowledged.</summary>
    Ok,

    /// <summary>409: the object does not have the expected revision.</summary>
    Conflict,

    /// <summary>409: there already is such an object.</summary>
    AlreadyExists,

    /// <summary>404.</summary>
    NotFound,

    /// <summary>410: the revision is no longer kept.</summary>
    Expired,

    /// <summary>Refused without having been done, as by 429.</summary>
    Refused,

    /// <summary>No answer, or one that leaves it open: it may have been done, or may yet be.</summary>
    Unknown,
}

/// <summary>How recent a read was asked to be.</summary>
public enum Freshness
{
    /// <summary>No resourceVersion: as new as anything that anybody has seen before.</summary>
    Newest,

    /// <summary>resourceVersion=0: any state.</summary>
    Any,

    /// <summary>resourceVersion=N: that or newer.</summary>
    NotOlderThan,

    /// <summary>resourceVersion=N with resourceVersionMatch=Exact.</summary>
    Exact,
}

/// <summary>An object as a client read it.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Revision">Its resourceVersion.</param>
/// <param name="Value">The value, which no two writes share.</param>
/// <param name="Label">The label by which selectors choose.</param>
public sealed record Item(string Key, long Revision, string Value, string Label);

/// <summary>One request of a client, with what it answered.</summary>
public sealed record Operation
{
    /// <summary>Tells operations apart in messages.</summary>
    public required long Id { get; init; }

    /// <summary>The silo that was asked.</summary>
    public string Silo { get; init; } = "";

    /// <summary>What was asked.</summary>
    public required Verb Verb { get; init; }

    /// <summary>The object; empty for lists.</summary>
    public string Key { get; init; } = "";

    /// <summary>What was to be written: unique in the whole history.</summary>
    public string Value { get; init; } = "";

    /// <summary>The label that was to be written.</summary>
    public string Label { get; init; } = "";

    /// <summary>The revision that the object had to have (update, delete).</summary>
    public long Expected { get; init; }

    /// <summary>How recent a read had to be.</summary>
    public Freshness Freshness { get; init; }

    /// <summary>The revision that <see cref="Freshness"/> speaks of.</summary>
    public long Wanted { get; init; }

    /// <summary>The label that a list chose; empty: all.</summary>
    public string Selector { get; init; } = "";

    /// <summary>When it was sent, on a clock that all clients share and that never goes back.</summary>
    public required long Begin { get; init; }

    /// <summary>When it was answered; <see cref="long.MaxValue"/> for <see cref="Outcome.Unknown"/>, since it may still take effect.</summary>
    public required long End { get; init; }

    /// <summary>What it came to.</summary>
    public required Outcome Outcome { get; init; }

    /// <summary>The revision of the write, or of the list as a whole; 0 where the answer names none (delete).</summary>
    public long Revision { get; init; }

    /// <summary>What was read.</summary>
    public IReadOnlyList<Item> Items { get; init; } = [];

    /// <summary>True for what changes the store.</summary>
    public bool IsWrite => Verb is Verb.Create or Verb.Update or Verb.Delete;

    /// <inheritdoc />
    public override string ToString() =>
        $"#{Id} {Verb} {Key}{(Expected > 0 ? $" at {Expected}" : "")}{(Value.Length > 0 ? $" := {Value}" : "")} through {Silo}: {Outcome} {(Revision > 0 ? Revision : "")}";
}
