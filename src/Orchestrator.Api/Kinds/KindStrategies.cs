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
        new AdmissionRegistration.AdmissionPolicyBindingStrategy("mutatingadmissionpolicybindings"),
        new AdmissionRegistration.AdmissionPolicyBindingStrategy("validatingadmissionpolicybindings"),
        new AdmissionRegistration.AdmissionPolicyStrategy("mutatingadmissionpolicies"),
        new AdmissionRegistration.AdmissionPolicyStrategy("validatingadmissionpolicies"),
        new AdmissionRegistration.WebhookConfigurationStrategy("mutatingwebhookconfigurations"),
        new AdmissionRegistration.WebhookConfigurationStrategy("validatingwebhookconfigurations"),
        new CertificateSigningRequests.CertificateSigningRequestStrategy(),
        new ConfigMaps.ConfigMapStrategy(),
        new ControllerRevisions.ControllerRevisionStrategy(),
        new CronJobs.CronJobStrategy(),
        new Csi.CsiDriverStrategy(),
        new Csi.CsiNodeStrategy(),
        new Csi.CsiStorageCapacityStrategy(),
        new Csi.VolumeAttachmentStrategy(),
        new CustomResourceDefinitions.CustomResourceDefinitionStrategy(),
        new DaemonSets.DaemonSetStrategy(),
        new Deployments.DeploymentStrategy(),
        new DynamicResources.DeviceClassStrategy(),
        new DynamicResources.ResourceClaimStrategy(),
        new DynamicResources.ResourceClaimTemplateStrategy(),
        new DynamicResources.ResourceSliceStrategy(),
        new EndpointSlices.EndpointSliceStrategy(),
        new Endpoints.EndpointsStrategy(),
        new Events.EventStrategy(),
        new FlowControl.FlowSchemaStrategy(),
        new FlowControl.PriorityLevelConfigurationStrategy(),
        new HorizontalPodAutoscalers.HorizontalPodAutoscalerStrategy(),
        new IngressClasses.IngressClassStrategy(),
        new Ingresses.IngressStrategy(),
        new IPAddresses.IPAddressStrategy(),
        new Jobs.JobStrategy(),
        new Leases.LeaseStrategy(),
        new LimitRanges.LimitRangeStrategy(),
        new Namespaces.NamespaceStrategy(),
        new NetworkPolicies.NetworkPolicyStrategy(),
        new Nodes.NodeStrategy(),
        new PersistentVolumeClaims.PersistentVolumeClaimStrategy(),
        new PersistentVolumes.PersistentVolumeStrategy(),
        new PodDisruptionBudgets.PodDisruptionBudgetStrategy(),
        new PodTemplates.PodTemplateStrategy(),
        new Pods.PodStrategy(),
        new PriorityClasses.PriorityClassStrategy(),
        new Rbac.RoleBindingStrategy("clusterrolebindings"),
        new Rbac.RoleBindingStrategy("rolebindings"),
        new Rbac.RoleStrategy("clusterroles"),
        new Rbac.RoleStrategy("roles"),
        new ReplicaSets.ReplicaSetStrategy(),
        new ReplicationControllers.ReplicationControllerStrategy(),
        new ResourceQuotas.ResourceQuotaStrategy(),
        new RuntimeClasses.RuntimeClassStrategy(),
        new Secrets.SecretStrategy(),
        new ServiceCidrs.ServiceCidrStrategy(),
        new Services.ServiceStrategy(),
        new StatefulSets.StatefulSetStrategy(),
        new StorageClasses.StorageClassStrategy(),
    ]);

    /// <summary>The strategy of a resource; a kind without one of its own gets the common rules.</summary>
    public IKindStrategy For(GroupResource resource) => strategies.GetValueOrDefault(resource) ?? new DefaultStrategy(resource);
}
