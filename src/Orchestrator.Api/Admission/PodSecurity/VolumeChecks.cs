using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds;

namespace Orchestrator.Api.Admission.PodSecurity;

/// <summary>What volumes a pod may mount.</summary>
internal static class VolumeChecks
{
    private static readonly string[] Allowed = ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"];

    private static readonly string[] Known =
    [
        "hostPath", "gcePersistentDisk", "awsElasticBlockStore", "gitRepo", "nfs", "iscsi", "glusterfs", "rbd", "flexVolume", "cinder", "cephfs", "flocker", "fc",
        "azureFile", "vsphereVolume", "quobyte", "azureDisk", "photonPersistentDisk", "portworxVolume", "scaleIO", "storageos",
    ];

    /// <summary>hostPathVolumes.</summary>
    public static Violation? HostPaths(PodUnderCheck pod, int minor)
    {
        var bad = pod.Spec.Items("volumes").Where(volume => volume.Has("hostPath")).Select(volume => volume.Text("name")).ToList();
        return bad.Count == 0 ? null : new Violation("hostPath volumes", $"{ViolationText.Plural("volume", "volumes", bad.Count)} {ViolationText.Quoted(bad)}");
    }

    /// <summary>restrictedVolumes.</summary>
    public static Violation? Types(PodUnderCheck pod, int minor)
    {
        var bad = pod.Spec.Items("volumes").Where(volume => !Array.Exists(Allowed, type => volume.Has(type))).ToList();
        var types = bad.Select(TypeOf).Distinct(StringComparer.Ordinal).ToList();
        return bad.Count == 0 ? null : new Violation("restricted volume types",
            $"{ViolationText.Plural("volume", "volumes", bad.Count)} {ViolationText.Quoted(bad.Select(volume => volume.Text("name")))} "
            + $"{ViolationText.Plural("uses", "use", bad.Count)} {ViolationText.Plural("restricted volume type", "restricted volume types", types.Count)} "
            + ViolationText.QuotedSet(types));
    }

    private static string TypeOf(JsonObject volume) => Array.Find(Known, type => volume.Has(type)) ?? "unknown";
}
