using System.Globalization;
using System.Text;
using k8s.Models;
using Orchestrator.Agent.Volumes;

namespace Orchestrator.Agent.Pods;

/// <summary>Whether what a pod's volumes show has changed. Pure.</summary>
internal static class MaterialsPrint
{
    /// <summary>Tokens come with every message about a pod; one that lives hardly longer than the one shown is not worth a write.</summary>
    private const long TokenStepSeconds = 600;

    /// <summary>A text that is equal as long as nothing that is shown has changed.</summary>
    public static string Of(V1Pod pod, PodMaterials materials)
    {
        var print = new StringBuilder();
        foreach (var (name, map) in materials.ConfigMaps.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            Add(print, name, map.Metadata);
        }

        foreach (var (name, secret) in materials.Secrets.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            Add(print, name, secret.Metadata);
        }

        foreach (var token in materials.Tokens)
        {
            print.Append(token.Volume).Append('/').Append(token.Path).Append(' ').Append(token.ExpiresUnixSeconds / TokenStepSeconds).Append('\n');
        }

        // Volumes are made when a container mounts them, and these come late.
        foreach (var container in pod.Spec.EphemeralContainers ?? [])
        {
            print.Append(container.Name).Append('\n');
        }

        return print.Append(DownwardFields.Lines(pod.Metadata.Labels)).Append('\n').Append(DownwardFields.Lines(pod.Metadata.Annotations)).ToString();
    }

    private static void Add(StringBuilder print, string name, V1ObjectMeta metadata) =>
        print.Append(CultureInfo.InvariantCulture, $"{name} {metadata.Uid} {metadata.ResourceVersion} {metadata.Generation}\n");
}
