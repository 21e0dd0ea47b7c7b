using System.Collections.Frozen;
using Orchestrator.Api.Identity;

namespace Orchestrator.Api.Tables;

/// <summary>Which table a resource is printed with.</summary>
internal static class KindTables
{
    private static readonly FrozenDictionary<GroupResource, KindTable> ByResource = new Dictionary<GroupResource, KindTable>
    {
        [new("", "pods")] = PodTable.Pods,
        [new("", "configmaps")] = CoreTables.ConfigMaps,
        [new("", "secrets")] = CoreTables.Secrets,
        [new("", "serviceaccounts")] = CoreTables.ServiceAccounts,
        [new("", "namespaces")] = CoreTables.Namespaces,
        [new("", "podtemplates")] = CoreTables.PodTemplates,
        [new("", "resourcequotas")] = CoreTables.ResourceQuotas,
        [new("", "events")] = CoreTables.Events,
        [new("events.k8s.io", "events")] = CoreTables.Events,
        [new("", "nodes")] = CoreTables.Nodes,
        [new("", "services")] = NetworkTables.Services,
        [new("", "endpoints")] = NetworkTables.Endpoints,
        [new("", "replicationcontrollers")] = AppsTables.ReplicationControllers,
        [new("", "persistentvolumes")] = StorageTables.PersistentVolumes,
        [new("", "persistentvolumeclaims")] = StorageTables.PersistentVolumeClaims,
        [new("apps", "deployments")] = AppsTables.Deployments,
        [new("apps", "replicasets")] = AppsTables.ReplicaSets,
        [new("apps", "statefulsets")] = AppsTables.StatefulSets,
        [new("apps", "daemonsets")] = AppsTables.DaemonSets,
        [new("apps", "controllerrevisions")] = AppsTables.ControllerRevisions,
        [new("batch", "jobs")] = AppsTables.Jobs,
        [new("batch", "cronjobs")] = AppsTables.CronJobs,
        [new("autoscaling", "horizontalpodautoscalers")] = HorizontalPodAutoscalerTable.HorizontalPodAutoscalers,
        [new("discovery.k8s.io", "endpointslices")] = NetworkTables.EndpointSlices,
        [new("networking.k8s.io", "ingresses")] = NetworkTables.Ingresses,
        [new("networking.k8s.io", "ingressclasses")] = NetworkTables.IngressClasses,
        [new("networking.k8s.io", "networkpolicies")] = NetworkTables.NetworkPolicies,
        [new("storage.k8s.io", "storageclasses")] = StorageTables.StorageClasses,
        [new("storage.k8s.io", "csidrivers")] = StorageTables.CsiDrivers,
        [new("storage.k8s.io", "csinodes")] = StorageTables.CsiNodes,
        [new("storage.k8s.io", "volumeattachments")] = StorageTables.VolumeAttachments,
        [new("storage.k8s.io", "volumeattributesclasses")] = StorageTables.VolumeAttributesClasses,
        [new("coordination.k8s.io", "leases")] = PolicyTables.Leases,
        [new("policy", "poddisruptionbudgets")] = PolicyTables.PodDisruptionBudgets,
        [new("scheduling.k8s.io", "priorityclasses")] = PolicyTables.PriorityClasses,
        [new("node.k8s.io", "runtimeclasses")] = PolicyTables.RuntimeClasses,
        [new("rbac.authorization.k8s.io", "rolebindings")] = PolicyTables.RoleBindings,
        [new("rbac.authorization.k8s.io", "clusterrolebindings")] = PolicyTables.RoleBindings,
        [new("admissionregistration.k8s.io", "mutatingwebhookconfigurations")] = PolicyTables.WebhookConfigurations,
        [new("admissionregistration.k8s.io", "validatingwebhookconfigurations")] = PolicyTables.WebhookConfigurations,
        [new("admissionregistration.k8s.io", "validatingadmissionpolicies")] = PolicyTables.AdmissionPolicies,
        [new("admissionregistration.k8s.io", "validatingadmissionpolicybindings")] = PolicyTables.AdmissionPolicyBindings,
        [new("admissionregistration.k8s.io", "mutatingadmissionpolicies")] = PolicyTables.MutatingAdmissionPolicies,
        [new("admissionregistration.k8s.io", "mutatingadmissionpolicybindings")] = PolicyTables.AdmissionPolicyBindings,
        [new("flowcontrol.apiserver.k8s.io", "flowschemas")] = PolicyTables.FlowSchemas,
        [new("flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations")] = PolicyTables.PriorityLevels,
        [new("certificates.k8s.io", "certificatesigningrequests")] = PolicyTables.CertificateSigningRequests,
        [new("", "componentstatuses")] = CoreTables.ComponentStatuses,
        [new("apiregistration.k8s.io", "apiservices")] = CoreTables.ApiServices,
        [new("networking.k8s.io", "ipaddresses")] = NetworkTables.IpAddresses,
        [new("networking.k8s.io", "servicecidrs")] = NetworkTables.ServiceCidrs,
        [new("resource.k8s.io", "deviceclasses")] = ResourceTables.DeviceClasses,
        [new("resource.k8s.io", "resourceclaims")] = ResourceTables.ResourceClaims,
        [new("resource.k8s.io", "resourceclaimtemplates")] = ResourceTables.ResourceClaimTemplates,
        [new("resource.k8s.io", "resourceslices")] = ResourceTables.ResourceSlices,
    }.ToFrozenDictionary();

    internal static KindTable For(GroupResource resource) => ByResource.GetValueOrDefault(resource, KindTable.Default);

    /// <summary>The scale of whatever can be scaled: autoscaling/v1 Scale.</summary>
    internal static readonly KindTable Scale = new(
        [KindTable.Name, KindTable.Integer("Desired", "Number of desired replicas"), KindTable.Integer("Available", "Number of actual replicas"), KindTable.Age],
        o => [o.Name, o.Number("spec.replicas"), o.Number("status.replicas"), o.Age]);
}
