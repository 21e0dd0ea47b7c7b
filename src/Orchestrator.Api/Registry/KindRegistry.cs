using System.Collections.Frozen;
using Orchestrator.Api.Identity;

namespace Orchestrator.Api.Registry;

/// <summary>All kinds that a server knows at one moment. Immutable: a custom resource makes a new registry.</summary>
public sealed class KindRegistry
{
    private static readonly Lazy<KindRegistry> BuiltInKinds = new(() => new KindRegistry(DiscoveryDocument.ReadBuiltIn()));

    private readonly FrozenDictionary<(string Group, string Version, string Resource), ResourceKind> byResource;
    private readonly FrozenDictionary<GroupVersionKind, ResourceKind> byKind;
    private readonly FrozenDictionary<GroupResource, ResourceKind> preferred;

    private readonly IReadOnlyList<ResourceKind> stored;

    private KindRegistry(IReadOnlyList<ResourceKind> kinds, IReadOnlyList<ResourceKind>? stored = null)
    {
        All = kinds;
        this.stored = stored ?? [];
        byResource = kinds.ToFrozenDictionary(kind => (kind.Group, kind.Version, kind.Resource));
        byKind = kinds.DistinctBy(kind => kind.GroupVersionKind).ToFrozenDictionary(kind => kind.GroupVersionKind);
        preferred = this.stored.Concat(kinds).DistinctBy(kind => kind.GroupResource).ToFrozenDictionary(kind => kind.GroupResource);
    }

    /// <summary>The kinds of Kubernetes 1.36 that are generally available.</summary>
    public static KindRegistry BuiltIn => BuiltInKinds.Value;

    /// <summary>All kinds in discovery's order: groups by priority, the preferred version of a group first.</summary>
    public IReadOnlyList<ResourceKind> All { get; }

    /// <summary>The kind behind a request path, or null.</summary>
    public ResourceKind? Find(string group, string version, string resource) => byResource.GetValueOrDefault((group, version, resource));

    /// <summary>The kind that a manifest names, or null.</summary>
    public ResourceKind? Find(GroupVersionKind kind) => byKind.GetValueOrDefault(kind);

    /// <summary>The kind in the version that it is stored in, or null. Of the built-in kinds that is the preferred one.</summary>
    public ResourceKind? Preferred(GroupResource resource) => preferred.GetValueOrDefault(resource);

    /// <summary>The kind as a request of that version sees it; an empty version is the preferred one.</summary>
    public ResourceKind? Find(GroupResource resource, string version) =>
        version.Length == 0 ? Preferred(resource) : Find(resource.Group, version, resource.Resource);

    /// <summary>A registry with these kinds added, or replaced where group, version and resource are the same.</summary>
    /// <param name="kinds">The kinds that are served.</param>
    /// <param name="inStore">Those of them, served or not, that objects are stored as.</param>
    public KindRegistry With(IEnumerable<ResourceKind> kinds, IEnumerable<ResourceKind>? inStore = null)
    {
        var added = kinds.ToList();
        var replaced = added.Select(kind => (kind.Group, kind.Version, kind.Resource)).ToHashSet();
        return new KindRegistry([.. All.Where(kind => !replaced.Contains((kind.Group, kind.Version, kind.Resource))), .. added], [.. inStore ?? [], .. stored]);
    }

    /// <summary>A registry without the kinds of a resource.</summary>
    public KindRegistry Without(GroupResource resource) => new(
        [.. All.Where(kind => kind.GroupResource != resource)], [.. stored.Where(kind => kind.GroupResource != resource)]);
}
