namespace Orchestrator.Grains.Streams;

/// <summary>What one delivery tells a shard: the keys to look at, and which part of the history that covers.</summary>
/// <remarks>A shard that has seen less than <see cref="From"/> missed something and looks at all its keys instead.</remarks>
[GenerateSerializer, Immutable, Alias("orchestrator.shard-events")]
internal sealed record ShardEvents
{
    /// <summary>The revision after which this delivery begins: where the delivery before it to the same shard ended.</summary>
    [Id(0)] public long From { get; init; }

    /// <summary>The last revision that this delivery covers.</summary>
    [Id(1)] public long To { get; init; }

    /// <summary>The keys that changed, in the text form of <see cref="Api.Identity.ObjectKey"/>, each once.</summary>
    [Id(2)] public string[] Keys { get; init; } = [];

    /// <summary>The keys are not all: look at everything.</summary>
    [Id(3)] public bool IsResync { get; init; }
}
