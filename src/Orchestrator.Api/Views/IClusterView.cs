using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Views;

/// <summary>The cluster as one silo's watch cache has it: what admission, controllers and scheduler read. Never blocks, may be stale.</summary>
/// <remarks>The I/O seam of the pure projects: the store's watch cache implements it, tests use a dictionary.</remarks>
public interface IClusterView
{
    /// <summary>One object, or null.</summary>
    StoredObject? Get(ObjectKey key);

    /// <summary>The objects of a resource, of one namespace or, with an empty namespace, of all, in the order of their keys.</summary>
    IReadOnlyList<StoredObject> List(GroupResource resource, string ns = "");

    /// <summary>The objects of a resource that name the owner in their ownerReferences.</summary>
    IReadOnlyList<StoredObject> OwnedBy(GroupResource resource, string ownerUid);
}
