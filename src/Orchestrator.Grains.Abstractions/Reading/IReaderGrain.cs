using Orchestrator.Grains.Objects;

namespace Orchestrator.Grains.Reading;

/// <summary>Reads for C# clients from the watch cache of the silo that it is on; never touches the objects' grains. The key is any text, one per reader.</summary>
[Alias("orchestrator.reader")]
public interface IReaderGrain : IGrainWithStringKey
{
    /// <summary>One page of a resource's objects in the order of their keys, as fresh as the store at the time of the call.</summary>
    /// <param name="group">The API group.</param>
    /// <param name="resource">The plural resource.</param>
    /// <param name="ns">The namespace; empty: all.</param>
    /// <param name="after">The last key of the page before; empty: the first page.</param>
    /// <param name="limit">The most objects to return.</param>
    /// <param name="cancellationToken">Cancels the wait for the cache.</param>
    [Alias("list")]
    Task<ReaderPage> ListAsync(string group, string resource, string ns, string after, int limit, CancellationToken cancellationToken);

    /// <summary>The changes after a revision, in order, until cancelled. An item with <see cref="ReaderChange.IsExpired"/> is the last: list again.</summary>
    [Alias("watch")]
    IAsyncEnumerable<ReaderChange> WatchAsync(string group, string resource, string ns, long after, CancellationToken cancellationToken);
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

/// <summary>One change of one object.</summary>
[GenerateSerializer, Immutable, Alias("orchestrator.reader-change")]
public sealed record ReaderChange
{
    /// <summary>ADDED, MODIFIED or DELETED.</summary>
    [Id(0)] public string Type { get; init; } = "";

    /// <summary>The object after the change; of a deleted one its last state.</summary>
    [Id(1)] public ObjectReply? Object { get; init; }

    /// <summary>The revision is no longer retained, or the reader was too slow.</summary>
    [Id(2)] public bool IsExpired { get; init; }
}
