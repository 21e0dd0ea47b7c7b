using System.Collections.Frozen;
using Orchestrator.Api.Identity;

namespace Orchestrator.Api.Kinds;

/// <summary>The strategies by resource. A new kind is a new folder and one line here.</summary>
public sealed class KindStrategies
{
    private readonly FrozenDictionary<GroupResource, IKindStrategy> strategies;

    /// <summary>Creates the table.</summary>
    public KindStrategies(IEnumerable<IKindStrategy> strategies) =>
        this.strategies = strategies.ToFrozenDictionary(strategy => strategy.Resource);

    /// <summary>The strategies of the built-in kinds.</summary>
    public static KindStrategies BuiltIn { get; } = new(
    [
        new ConfigMaps.ConfigMapStrategy(),
        new CronJobs.CronJobStrategy(),
        new DaemonSets.DaemonSetStrategy(),
        new Deployments.DeploymentStrategy(),
        new EndpointSlices.EndpointSliceStrategy(),
        new Endpoints.EndpointsStrategy(),
        new Jobs.JobStrategy(),
        new Namespaces.NamespaceStrategy(),
        new Nodes.NodeStrategy(),
        new PersistentVolumeClaims.PersistentVolumeClaimStrategy(),
        new PersistentVolumes.PersistentVolumeStrategy(),
        new PodDisruptionBudgets.PodDisruptionBudgetStrategy(),
        new Pods.PodStrategy(),
        new PriorityClasses.PriorityClassStrategy(),
        new Rbac.RoleBindingStrategy("clusterrolebindings"),
        new Rbac.RoleBindingStrategy("rolebindings"),
        new Rbac.RoleStrategy("clusterroles"),
        new Rbac.RoleStrategy("roles"),
        new ReplicaSets.ReplicaSetStrategy(),
        new ReplicationControllers.ReplicationControllerStrategy(),
        new Secrets.SecretStrategy(),
        new Services.ServiceStrategy(),
        new StatefulSets.StatefulSetStrategy(),
        new StorageClasses.StorageClassStrategy(),
    ]);

    /// <summary>The strategy of a resource; a kind without one of its own gets the common rules.</summary>
    public IKindStrategy For(GroupResource resource) => strategies.GetValueOrDefault(resource) ?? new DefaultStrategy(resource);
}
