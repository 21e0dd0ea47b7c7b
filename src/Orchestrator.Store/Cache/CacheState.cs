using System.Collections.Immutable;
using Orchestrator.Api.Identity;

namespace Orchestrator.Store.Cache;

/// <summary>The whole cluster at one revision. Never changes.</summary>
/// <param name="Revision">The revision.</param>
/// <param name="Tables">The objects by resource; a resource without objects may be missing.</param>
internal sealed record CacheState(Revision Revision, ImmutableDictionary<GroupResource, ResourceTable> Tables)
{
    /// <summary>Before anything was read.</summary>
    public static readonly CacheState Empty = new(Revision.None, ImmutableDictionary<GroupResource, ResourceTable>.Empty);

    /// <summary>The objects of a resource.</summary>
    public ResourceTable Table(GroupResource resource) => Tables.GetValueOrDefault(resource, ResourceTable.Empty);

    /// <summary>The number of all objects.</summary>
    public int Count => Tables.Values.Sum(table => table.Count);
}
