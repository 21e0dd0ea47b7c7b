using k8s.Models;
using Orchestrator.Agent.Pods;

namespace Orchestrator.Agent.Volumes;

/// <summary>The files of several sources in one volume; a later source wins over an earlier one.</summary>
/// <remarks>Upstream: pkg/volume/projected.</remarks>
internal static class ProjectedVolume
{
    /// <summary>The files of all sources.</summary>
    /// <exception cref="VolumeException">Sources cannot be shown; the message names all of them.</exception>
    public static IReadOnlyDictionary<string, VolumeFile> Files(V1ProjectedVolumeSource source, string volume, V1Pod pod, PodMaterials materials, PodFacts? facts)
    {
        var files = new Dictionary<string, VolumeFile>(StringComparer.Ordinal);
        var failures = new List<string>();
        foreach (var projection in source.Sources ?? [])
        {
            try
            {
                foreach (var (path, file) in Part(projection, source.DefaultMode, volume, pod, materials, facts))
                {
                    files[path] = file;
                }
            }
            catch (VolumeException e)
            {
                failures.Add(e.Message);
            }
        }

        return failures.Count switch
        {
            0 => files,
            1 => throw new VolumeException(failures[0]),
            _ => throw new VolumeException($"[{string.Join(", ", failures)}]"),
        };
    }

    private static IEnumerable<KeyValuePair<string, VolumeFile>> Part(
        V1VolumeProjection projection, int? defaultMode, string volume, V1Pod pod, PodMaterials materials, PodFacts? facts) => projection switch
    {
        { ConfigMap: { } map } => ConfigMapVolume.Files(map, defaultMode, materials),
        { Secret: { } secret } => SecretVolume.Files(secret, defaultMode, materials),
        { DownwardAPI: { } downward } => DownwardVolume.Files(downward.Items, defaultMode, pod, facts),
        { ServiceAccountToken: { } token } => [TokenVolume.File(token, volume, defaultMode, pod, materials)],
        { ClusterTrustBundle: not null } => throw new VolumeException("clusterTrustBundle projections are not supported by this node"),
        { PodCertificate: not null } => throw new VolumeException("podCertificate projections are not supported by this node"),
        _ => [],
    };
}
