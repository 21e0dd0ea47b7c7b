using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;

namespace Orchestrator.Grains.Streams;

/// <summary>Who hears of which changes: a group of shard grains and the keys of theirs that a change concerns.</summary>
internal sealed record ChangeRoute
{
    /// <summary>The stream namespace, which names the grain class.</summary>
    public required string StreamNamespace { get; init; }

    /// <summary>The first part of the shards' keys, as in <c>deployment-controller</c>.</summary>
    public required string Name { get; init; }

    /// <summary>How many shards there are; part of the reminders' identity, so it does not change while a cluster lives.</summary>
    public required int Shards { get; init; }

    /// <summary>The resources of interest; empty: all.</summary>
    public required IReadOnlyList<GroupResource> Watches { get; init; }

    /// <summary>The keys that a change concerns: before, after, removed, view.</summary>
    public required Func<StoredObject?, StoredObject, bool, IClusterView, IEnumerable<ObjectKey>> KeysFor { get; init; }

    /// <summary>The stream of one shard; its key is the shard grain's key.</summary>
    public StreamId StreamOf(int shard) => StreamId.Create(StreamNamespace, ShardKeys.Build(Name, shard));
}
