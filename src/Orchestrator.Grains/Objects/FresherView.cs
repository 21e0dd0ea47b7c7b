using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;

namespace Orchestrator.Grains.Objects;

/// <summary>The watch cache with some objects replaced by newer states that commits have told of already.</summary>
internal sealed class FresherView(IClusterView cache, IReadOnlyDictionary<ObjectKey, Superseded> latest) : IClusterView
{
    /// <inheritdoc />
    public StoredObject? Get(ObjectKey key) => cache.Get(key) is { } found ? Latest(found) : null;

    /// <inheritdoc />
    public IReadOnlyList<StoredObject> List(GroupResource resource, string ns = "") =>
        latest.Keys.Any(key => key.GroupResource == resource)
            ? [.. cache.List(resource, ns).Select(Latest).OfType<StoredObject>()]
            : cache.List(resource, ns);

    /// <inheritdoc />
    public IReadOnlyList<StoredObject> OwnedBy(GroupResource resource, string ownerUid) => cache.OwnedBy(resource, ownerUid);

    private StoredObject? Latest(StoredObject found) =>
        latest.TryGetValue(found.Key, out var known) && found.Revision <= known.Than ? known.Now : found;
}
