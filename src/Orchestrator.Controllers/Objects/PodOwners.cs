using k8s;
using k8s.Models;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;

namespace Orchestrator.Controllers.Objects;

/// <summary>Which workloads a change of a pod wakes: its controller before and after, or those that could adopt it.</summary>
internal static class PodOwners
{
    public static IEnumerable<ObjectKey> KeysFor<T>(
        StoredObject? before, StoredObject after, IClusterView view, GroupResource resource, GroupVersionKind kind, Func<T, V1LabelSelector?> selector)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        var keys = new HashSet<ObjectKey>();
        foreach (var stored in (StoredObject?[])[before, after])
        {
            if (stored is not null && Ownership.ControllerOf(Typed.Meta(stored)) is { } controller && Names(controller, kind))
            {
                keys.Add(resource.Key(after.Key.Namespace, controller.Name));
            }
        }

        var meta = Typed.Meta(after);
        if (Ownership.ControllerOf(meta) is null && meta.Labels is { Count: > 0 })
        {
            keys.UnionWith(view.List<T>(resource, after.Key.Namespace)
                .Where(workload => selector(workload.Value).Matches(meta.Labels))
                .Select(workload => workload.Key));
        }

        return keys;
    }

    public static bool Names(V1OwnerReference reference, GroupVersionKind kind) =>
        reference.Kind == kind.Kind && reference.ApiVersion.Split('/') is var parts && (parts.Length == 2 ? parts[0] : "") == kind.Group;
}
