using k8s.Models;

namespace Orchestrator.Agent.Volumes;

/// <summary>What the sources of volumes have of their own, without touching any.</summary>
internal static class VolumeKinds
{
    /// <summary>The directory of such volumes below a pod's own, named like kubelet's so that tools which know those find them.</summary>
    public static string DirectoryOf(V1Volume volume) => "kubernetes.io~" + volume switch
    {
        { ConfigMap: not null } => "configmap",
        { Secret: not null } => "secret",
        { Projected: not null } => "projected",
        { DownwardAPI: not null } => "downward-api",
        { EmptyDir: not null } => "empty-dir",
        _ => "unknown",
    };

    /// <summary>The agent alone writes these volumes.</summary>
    public static bool IsReadOnly(V1Volume volume) =>
        volume is { ConfigMap: not null } or { Secret: not null } or { Projected: not null } or { DownwardAPI: not null };

    /// <summary>Why a volume cannot be had on this node.</summary>
    public static VolumeException Unsupported(V1Volume volume) => volume switch
    {
        { PersistentVolumeClaim: { } claim } => new($"persistentvolumeclaim \"{claim.ClaimName}\" cannot be mounted: this node has no persistent volumes"),
        { Ephemeral: not null } => new("generic ephemeral volumes are not supported by this node: it has no persistent volumes"),
        { Csi: { } csi } => new($"driver name {csi.Driver} not found in the list of registered CSI drivers"),
        { Image: not null } => new("image volumes are not supported by this node"),
        { Nfs: not null } => new("nfs volumes are not supported by this node"),
        { Iscsi: not null } => new("iscsi volumes are not supported by this node"),
        { GitRepo: not null } => new("gitRepo volumes are not supported by this node: clone into an emptyDir with an init container"),
        _ => new("no volume plugin matched"),
    };
}
