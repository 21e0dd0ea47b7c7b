using Orchestrator.Grains.Objects;

namespace Orchestrator.Grains.Reading;

/// <summary>Reads for C# clients from the watch cache of the silo that it is on; never touches the objects' grains. The key is any text, one per reader.</summary>
[Alias("orchestrator.reader")]
public interface IReaderGrain : IGrainWithStringKey
{
    /// <summary>An object, as fresh as the store at the time of the call; null when there is none.</summary>
    /// <param name="key">The text form of <see cref="Api.Identity.ObjectKey"/>.</param>
    /// <param name="cancellationToken">Cancels the wait for the cache.</param>
    [Alias("get")]
    Task<ObjectReply?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>One page of the chosen objects in the order of their keys, as fresh as the store at the time of the call.</summary>
    /// <param name="query">Which objects.</param>
    /// <param name="after">The last key of the page before; empty: the first page.</param>
    /// <param name="limit">The most objects to return.</param>
    /// <param name="cancellationToken">Cancels the wait for the cache.</param>
    [Alias("list")]
    Task<ReaderPage> ListAsync(ReaderQuery query, string after, int limit, CancellationToken cancellationToken);

    /// <summary>The changes of the chosen objects after a revision, in order, until cancelled. An item with <see cref="ReaderChange.IsExpired"/> is the last: list again.</summary>
    [Alias("watch")]
    IAsyncEnumerable<ReaderChange> WatchAsync(ReaderQuery query, long after, CancellationToken cancellationToken);
}

/// <summary>Which objects to read.</summary>
[GenerateSerializer, Immutable, Alias("orchestrator.reader-query")]
public sealed record ReaderQuery
{
    /// <summary>The API group.</summary>
    [Id(0)] public required string Group { get; init; }

    /// <summary>The plural resource.</summary>
    [Id(1)] public required string Resource { get; init; }

    /// <summary>The namespace; empty: all.</summary>
    [Id(2)] public string Namespace { get; init; } = "";

    /// <summary>A label selector in the query syntax; empty: everything.</summary>
    [Id(3)] public string Labels { get; init; } = "";

    /// <summary>A field selector in the query syntax; empty: everything.</summary>
    [Id(4)] public string Fields { get; init; } = "";
}

/// <summary>One page of a list.</summary>
[GenerateSerializer, Immutable, Alias("orchestrator.reader-page")]
public sealed record ReaderPage
{
    /// <summary>The revision at which this was so.</summary>
    [Id(0)] public long Revision { get; init; }

    /// <summary>The objects.</summary>
    [Id(1)] public required ObjectReply[] Objects { get; init; }

    /// <summary>Where the next page goes on; empty: this was the last.</summary>
    [Id(2)] public string Next { get; init; } = "";
}

/// <summary>One change of one object, or only how far the watch has come.</summary>
[GenerateSerializer, Immutable, Alias("orchestrator.reader-change")]
public sealed record ReaderChange
{
    /// <summary>ADDED, MODIFIED or DELETED, as the selection sees it; BOOKMARK when nothing has changed up to the revision.</summary>
    [Id(0)] public string Type { get; init; } = "";

    /// <summary>The object after the change; of a deleted one its last state; null in a bookmark.</summary>
    [Id(1)] public ObjectReply? Object { get; init; }

    /// <summary>The revision is no longer retained, or the reader was too slow.</summary>
    [Id(2)] public bool IsExpired { get; init; }

    /// <summary>The revision from which a watch goes on after this.</summary>
    [Id(3)] public long Revision { get; init; }
}
