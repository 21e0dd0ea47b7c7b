using k8s.Models;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;
using Orchestrator.Controllers.Objects;
using Orchestrator.Controllers.Plans;

namespace Orchestrator.Controllers.Storage;

/// <summary>Keeps a claim that is being deleted for as long as a pod that was bound to a node uses it.</summary>
/// <remarks>Upstream: pkg/controller/volume/pvcprotection. No node starts a pod whose claim is going, so one that is not bound does not count.</remarks>
internal sealed class ClaimProtection : IReconciler
{
    public string Name => "persistentvolumeclaim-protection-controller";

    public IReadOnlyList<GroupResource> Watches { get; } = [Resources.PersistentVolumeClaims, Resources.Pods];

    public IEnumerable<ObjectKey> KeysFor(StoredObject? before, StoredObject after, bool removed, IClusterView view)
    {
        if (after.Key.GroupResource == Resources.PersistentVolumeClaims)
        {
            return removed ? [] : [after.Key];
        }

        return removed ? ClaimsOf(Typed.Read<V1Pod>(after)).Select(name => Resources.PersistentVolumeClaims.Key(after.Key.Namespace, name)) : [];
    }

    public IEnumerable<ObjectKey> AllKeys(IClusterView view) => view.List(Resources.PersistentVolumeClaims).Select(stored => stored.Key);

    public Plan Reconcile(ObjectKey key, IClusterView view, DateTimeOffset now) =>
        view.Get(key) is { } claim ? Protection.Decide(claim, Protection.OfClaims, () => IsUsed(key, view)) : Plan.Nothing;

    private static bool IsUsed(ObjectKey claim, IClusterView view) =>
        view.List<V1Pod>(Resources.Pods, claim.Namespace).Exists(pod => !string.IsNullOrEmpty(pod.Value.Spec?.NodeName) && ClaimsOf(pod.Value).Contains(claim.Name));

    /// <summary>The claims that a pod mounts; those of its ephemeral volumes are named after pod and volume.</summary>
    private static IEnumerable<string> ClaimsOf(V1Pod pod) => (pod.Spec?.Volumes ?? [])
        .Select(volume => volume.PersistentVolumeClaim?.ClaimName ?? (volume.Ephemeral is null ? null : pod.Metadata.Name + "-" + volume.Name))
        .OfType<string>();
}
