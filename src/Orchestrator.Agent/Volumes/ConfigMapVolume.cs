using k8s.Models;

namespace Orchestrator.Agent.Volumes;

/// <summary>The files of a ConfigMap.</summary>
/// <remarks>Upstream: pkg/volume/configmap.</remarks>
internal static class ConfigMapVolume
{
    /// <summary>The files of a volume.</summary>
    public static IReadOnlyDictionary<string, VolumeFile> Files(V1ConfigMapVolumeSource source, PodMaterials materials) =>
        Files(source.Name, source.Items, source.DefaultMode, source.Optional, materials);

    /// <summary>The files of a part of a projected volume.</summary>
    public static IReadOnlyDictionary<string, VolumeFile> Files(V1ConfigMapProjection source, int? defaultMode, PodMaterials materials) =>
        Files(source.Name, source.Items, defaultMode, source.Optional, materials);

    private static IReadOnlyDictionary<string, VolumeFile> Files(
        string name, IList<V1KeyToPath>? items, int? defaultMode, bool? optional, PodMaterials materials)
    {
        if (materials.ConfigMaps.TryGetValue(name ?? "", out var map))
        {
            return KeyFiles.Of(KeyFiles.Entries(map), items, defaultMode, optional, "config");
        }

        return optional == true ? KeyFiles.None : throw new VolumeException($"configmap \"{name}\" not found");
    }
}
