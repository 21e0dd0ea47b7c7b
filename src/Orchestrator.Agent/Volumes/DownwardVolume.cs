using System.Text;
using k8s.Models;
using Orchestrator.Agent.Pods;

namespace Orchestrator.Agent.Volumes;

/// <summary>The files in which a pod reads of itself.</summary>
/// <remarks>Upstream: pkg/volume/downwardapi.</remarks>
internal static class DownwardVolume
{
    /// <summary>One file for each item.</summary>
    /// <exception cref="VolumeException">An item names no field; the rest is of no use without it.</exception>
    public static IReadOnlyDictionary<string, VolumeFile> Files(IList<V1DownwardAPIVolumeFile>? items, int? defaultMode, V1Pod pod, PodFacts? facts)
    {
        var files = new Dictionary<string, VolumeFile>(StringComparer.Ordinal);
        foreach (var item in items ?? [])
        {
            files[item.Path] = new VolumeFile(Encoding.UTF8.GetBytes(TextOf(item, pod, facts)), item.Mode ?? defaultMode ?? KeyFiles.DefaultMode, item.User);
        }

        return files;
    }

    private static string TextOf(V1DownwardAPIVolumeFile item, V1Pod pod, PodFacts? facts)
    {
        try
        {
            return item switch
            {
                { FieldRef: { } field } => DownwardFields.Field(pod, field.FieldPath, facts),
                { ResourceFieldRef: { } resource } => DownwardFields.Resource(pod, null, resource, facts),
                _ => throw new VolumeException($"downward API file {item.Path}: neither fieldRef nor resourceFieldRef is set"),
            };
        }
        catch (ContainerConfigException e)
        {
            throw new VolumeException(e.Message, e);
        }
    }
}
