using static Orchestrator.Api.Tables.KindTable;

namespace Orchestrator.Api.Tables;

/// <summary>The kinds of storage.</summary>
internal static class StorageTables
{
    internal static readonly KindTable PersistentVolumes = new(
        [
            Name, Text("Capacity", "How large the volume is."), Text("Access Modes", "How it can be mounted."), Text("Reclaim Policy", "What happens when it is released."),
            Text("Status", "Whether it is bound."), Text("Claim", "Who has it."), Text("StorageClass", "StorageClass of the pv"),
            Text("VolumeAttributesClass", "VolumeAttributesClass of the pv"), Text("Reason", "Why it failed."), Age, Wide("VolumeMode", "Filesystem or Block."),
        ],
        o =>
        [
            o.Name, o.Text("spec.capacity.storage"), AccessModes(o, "spec.accessModes"), o.Text("spec.persistentVolumeReclaimPolicy"), Phase(o),
            o.Has("spec.claimRef") ? o.Text("spec.claimRef.namespace") + "/" + o.Text("spec.claimRef.name") : "", ClassName(o),
            o.Text("spec.volumeAttributesClassName", PrintedObject.Unset), o.Text("status.reason"), o.Age, o.Text("spec.volumeMode", PrintedObject.Unset),
        ]);

    internal static readonly KindTable PersistentVolumeClaims = new(
        [
            Name, Text("Status", "Whether it is bound."), Text("Volume", "The volume that it is bound to."), Text("Capacity", "How large that is."),
            Text("Access Modes", "How it can be mounted."), Text("StorageClass", "StorageClass of the pvc"),
            Text("VolumeAttributesClass", "VolumeAttributesClass of the pvc"), Age, Wide("VolumeMode", "Filesystem or Block."),
        ],
        o =>
        [
            o.Name, Phase(o), o.Text("spec.volumeName"), o.Text("spec.volumeName").Length > 0 ? o.Text("status.capacity.storage") : "",
            o.Text("spec.volumeName").Length > 0 ? AccessModes(o, "status.accessModes") : "", ClassName(o),
            o.Text("spec.volumeAttributesClassName", PrintedObject.Unset), o.Age, o.Text("spec.volumeMode", PrintedObject.Unset),
        ]);

    internal static readonly KindTable StorageClasses = new(
        [
            Name, Text("Provisioner", "Who makes the volumes."), Text("ReclaimPolicy", "What happens to a volume that is released."),
            Text("VolumeBindingMode", "When a volume is bound."), Text("AllowVolumeExpansion", "Whether claims may grow."), Age,
        ],
        o =>
        [
            IsDefault(o) ? o.Name + " (default)" : o.Name, o.Text("provisioner"), o.Text("reclaimPolicy", "Delete"),
            o.Text("volumeBindingMode", "Immediate"), o.Flag("allowVolumeExpansion"), o.Age,
        ]);

    internal static readonly KindTable CsiDrivers = new(
        [
            Name, Flag("AttachRequired", "Whether volumes are attached."), Flag("PodInfoOnMount", "Whether mounts learn of the pod."),
            Flag("StorageCapacity", "Whether capacity is published."), Text("TokenRequests", "Whom tokens are for."),
            Flag("RequiresRepublish", "Whether volumes are published again and again."), Text("Modes", "How long volumes live."), Age,
        ],
        o =>
        [
            o.Name, o.Flag("spec.attachRequired", whenAbsent: true), o.Flag("spec.podInfoOnMount"), o.Flag("spec.storageCapacity"),
            string.Join(',', o.Items("spec.tokenRequests").Select(request => request.Text("audience"))) is { Length: > 0 } audiences ? audiences : PrintedObject.Unset,
            o.Flag("spec.requiresRepublish"), string.Join(',', o.Texts("spec.volumeLifecycleModes")) is { Length: > 0 } modes ? modes : PrintedObject.None, o.Age,
        ]);

    internal static readonly KindTable CsiNodes = new(
        [Name, Integer("Drivers", "Drivers indicates the number of CSI drivers registered on the node"), Age],
        o => [o.Name, o.Count("spec.drivers"), o.Age]);

    internal static readonly KindTable VolumeAttachments = new(
        [
            Name, Text("Attacher", "Who attaches it.") with { Format = "name" }, Text("PV", "The volume."), Text("Node", "The node."),
            Flag("Attached", "Whether it is attached."), Age,
        ],
        o => [o.Name, o.Text("spec.attacher"), o.Text("spec.source.persistentVolumeName"), o.Text("spec.nodeName"), o.Flag("status.attached"), o.Age]);

    internal static readonly KindTable VolumeAttributesClasses = new(
        [Name, Text("DriverName", "The CSI driver that the class is for."), Age],
        o => [o.Name, o.Text("driverName"), o.Age]);

    private static string Phase(PrintedObject o) => o.Has("metadata.deletionTimestamp") ? "Terminating" : o.Text("status.phase");

    private static string ClassName(PrintedObject o) =>
        o.Annotation("volume.beta.kubernetes.io/storage-class") is { Length: > 0 } name ? name : o.Text("spec.storageClassName");

    private static bool IsDefault(PrintedObject o) =>
        o.Annotation("storageclass.kubernetes.io/is-default-class") == "true" || o.Annotation("storageclass.beta.kubernetes.io/is-default-class") == "true";

    private static string AccessModes(PrintedObject o, string path)
    {
        var modes = o.Texts(path).ToHashSet(StringComparer.Ordinal);
        (string Mode, string Short)[] known = [("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP")];
        return string.Join(',', known.Where(mode => modes.Contains(mode.Mode)).Select(mode => mode.Short));
    }
}
