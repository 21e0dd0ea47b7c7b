using k8s.Models;

namespace Orchestrator.Agent.Volumes;

/// <summary>The files of a Secret.</summary>
/// <remarks>Upstream: pkg/volume/secret.</remarks>
internal static class SecretVolume
{
    /// <summary>The files of a volume.</summary>
    public static IReadOnlyDictionary<string, VolumeFile> Files(V1SecretVolumeSource source, PodMaterials materials) =>
        Files(source.SecretName, source.Items, source.DefaultMode, source.Optional, materials);

    /// <summary>The files of a part of a projected volume.</summary>
    public static IReadOnlyDictionary<string, VolumeFile> Files(V1SecretProjection source, int? defaultMode, PodMaterials materials) =>
        Files(source.Name, source.Items, defaultMode, source.Optional, materials);

    private static IReadOnlyDictionary<string, VolumeFile> Files(
        string name, IList<V1KeyToPath>? items, int? defaultMode, bool? optional, PodMaterials materials)
    {
        if (materials.Secrets.TryGetValue(name ?? "", out var secret))
        {
            return KeyFiles.Of(KeyFiles.Entries(secret), items, defaultMode, optional, "secret");
        }

        return optional == true ? KeyFiles.None : throw new VolumeException($"secret \"{name}\" not found");
    }
}
