using Orchestrator.Api.Identity;

namespace Orchestrator.Controllers.Objects;

/// <summary>The resources that the controllers read and write, and the kinds they are written as.</summary>
internal static class Resources
{
    public static readonly GroupResource Pods = new("", "pods");
    public static readonly GroupResource Nodes = new("", "nodes");
    public static readonly GroupResource Services = new("", "services");
    public static readonly GroupResource Endpoints = new("", "endpoints");
    public static readonly GroupResource Namespaces = new("", "namespaces");
    public static readonly GroupResource ConfigMaps = new("", "configmaps");
    public static readonly GroupResource ServiceAccounts = new("", "serviceaccounts");
    public static readonly GroupResource PersistentVolumeClaims = new("", "persistentvolumeclaims");
    public static readonly GroupResource PersistentVolumes = new("", "persistentvolumes");
    public static readonly GroupResource ReplicaSets = new("apps", "replicasets");
    public static readonly GroupResource Deployments = new("apps", "deployments");
    public static readonly GroupResource StatefulSets = new("apps", "statefulsets");
    public static readonly GroupResource DaemonSets = new("apps", "daemonsets");
    public static readonly GroupResource ControllerRevisions = new("apps", "controllerrevisions");
    public static readonly GroupResource Jobs = new("batch", "jobs");
    public static readonly GroupResource CronJobs = new("batch", "cronjobs");
    public static readonly GroupResource EndpointSlices = new("discovery.k8s.io", "endpointslices");
    public static readonly GroupResource ClusterRoles = new("rbac.authorization.k8s.io", "clusterroles");

    public static ObjectKey Key(this GroupResource resource, string ns, string name) => new(resource.Group, resource.Resource, ns, name);
}

/// <summary>The kinds that owner references, Events and new documents name.</summary>
internal static class Kinds
{
    public static readonly GroupVersionKind Pod = new("", "v1", "Pod");
    public static readonly GroupVersionKind Node = new("", "v1", "Node");
    public static readonly GroupVersionKind Service = new("", "v1", "Service");
    public static readonly GroupVersionKind Endpoints = new("", "v1", "Endpoints");
    public static readonly GroupVersionKind ConfigMap = new("", "v1", "ConfigMap");
    public static readonly GroupVersionKind ServiceAccount = new("", "v1", "ServiceAccount");
    public static readonly GroupVersionKind PersistentVolumeClaim = new("", "v1", "PersistentVolumeClaim");
    public static readonly GroupVersionKind ReplicaSet = new("apps", "v1", "ReplicaSet");
    public static readonly GroupVersionKind Deployment = new("apps", "v1", "Deployment");
    public static readonly GroupVersionKind StatefulSet = new("apps", "v1", "StatefulSet");
    public static readonly GroupVersionKind DaemonSet = new("apps", "v1", "DaemonSet");
    public static readonly GroupVersionKind ControllerRevision = new("apps", "v1", "ControllerRevision");
    public static readonly GroupVersionKind Job = new("batch", "v1", "Job");
    public static readonly GroupVersionKind CronJob = new("batch", "v1", "CronJob");
    public static readonly GroupVersionKind EndpointSlice = new("discovery.k8s.io", "v1", "EndpointSlice");
}
