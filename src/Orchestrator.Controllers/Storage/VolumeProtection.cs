using k8s.Models;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;
using Orchestrator.Controllers.Objects;
using Orchestrator.Controllers.Plans;

namespace Orchestrator.Controllers.Storage;

/// <summary>Keeps a volume that is being deleted for as long as it is bound to a claim.</summary>
/// <remarks>Upstream: pkg/controller/volume/pvprotection.</remarks>
internal sealed class VolumeProtection : IReconciler
{
    public string Name => "persistentvolume-protection-controller";

    public IReadOnlyList<GroupResource> Watches { get; } = [Resources.PersistentVolumes];

    public IEnumerable<ObjectKey> KeysFor(StoredObject? before, StoredObject after, bool removed, IClusterView view) => removed ? [] : [after.Key];

    public IEnumerable<ObjectKey> AllKeys(IClusterView view) => view.List(Resources.PersistentVolumes).Select(stored => stored.Key);

    public Plan Reconcile(ObjectKey key, IClusterView view, DateTimeOffset now) => view.Get<V1PersistentVolume>(key) is { } volume
        ? Protection.Decide(volume.Stored, Protection.OfVolumes, () => volume.Value.Status?.Phase == "Bound")
        : Plan.Nothing;
}
