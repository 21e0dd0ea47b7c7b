using Orleans.Providers.Streams.Common;
using Orleans.Streams;

namespace Orchestrator.Grains.Streams;

/// <summary>One delivery to one shard on its way through an Orleans queue: all keys of one read in one container, not one each.</summary>
[GenerateSerializer, Immutable, Alias("orchestrator.shard-batch")]
internal sealed class ShardBatch : IBatchContainer
{
    /// <summary>The stream of the shard.</summary>
    [Id(0)] public required StreamId StreamId { get; init; }

    /// <summary>The revision reached, and a counter within it.</summary>
    [Id(1)] public required EventSequenceTokenV2 Token { get; init; }

    /// <summary>The content.</summary>
    [Id(2)] public required ShardEvents Events { get; init; }

    /// <inheritdoc />
    public StreamSequenceToken SequenceToken => Token;

    /// <inheritdoc />
    public IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>() =>
        Events is T events ? [Tuple.Create<T, StreamSequenceToken>(events, Token)] : [];

    /// <inheritdoc />
    /// <remarks>Shards carry causes in their writes, not in a request context.</remarks>
    public bool ImportRequestContext() => false;
}
