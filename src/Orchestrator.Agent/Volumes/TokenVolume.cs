using System.Text;
using k8s.Models;

namespace Orchestrator.Agent.Volumes;

/// <summary>The file of a service-account token.</summary>
/// <remarks>Upstream: pkg/volume/projected. Tokens come with the pod, and fresh ones before they expire.</remarks>
internal static class TokenVolume
{
    private const int OwnerOnly = 0x180; // 0600

    /// <summary>The token of one projection.</summary>
    /// <exception cref="VolumeException">The control plane could not issue it: its ServiceAccount is not there yet.</exception>
    public static KeyValuePair<string, VolumeFile> File(
        V1ServiceAccountTokenProjection source, string volume, int? defaultMode, V1Pod pod, PodMaterials materials)
    {
        var token = materials.Tokens.FirstOrDefault(token => token.Volume == volume && token.Path == source.Path)
            ?? throw new VolumeException($"failed to fetch token: serviceaccounts \"{pod.Spec.ServiceAccountName ?? "default"}\" not found");
        var user = source.User ?? OnlyUser(pod);
        var isRestricted = user is not null || pod.Spec.SecurityContext?.FsGroup is not null;
        return new(source.Path, new VolumeFile(Encoding.UTF8.GetBytes(token.Token), isRestricted ? OwnerOnly : defaultMode ?? KeyFiles.DefaultMode, user));
    }

    /// <summary>The user that every container runs as; null when they differ or one does not say.</summary>
    private static long? OnlyUser(V1Pod pod)
    {
        var users = pod.Spec.Containers.Concat(pod.Spec.InitContainers ?? [])
            .Select(container => container.SecurityContext?.RunAsUser ?? pod.Spec.SecurityContext?.RunAsUser)
            .Distinct()
            .ToList();
        return users is [{ } user] ? user : null;
    }
}
