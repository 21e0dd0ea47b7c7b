using k8s.Models;
using Orchestrator.Agent.Pods;
using Orchestrator.Api.Quantities;

namespace Orchestrator.Agent.Volumes;

/// <summary>A directory, or memory, that lives as long as its pod.</summary>
/// <remarks>Upstream: pkg/volume/emptydir.</remarks>
internal static class EmptyDirVolume
{
    private const int OpenToAll = 0x1FF; // 0777
    private const int GroupOwns = 0x5F8; // 02770: the group writes, and what is made inside is the group's

    /// <summary>Makes it unless it is there; what a pod has written stays.</summary>
    public static void Prepare(string path, V1EmptyDirVolumeSource source, V1Pod pod, PodFacts? facts)
    {
        var isMemory = source.Medium is "Memory";
        if (!isMemory && source.Medium is not (null or "" or "HugePages") && !source.Medium.StartsWith("HugePages-", StringComparison.Ordinal))
        {
            throw new VolumeException($"unknown storage medium \"{source.Medium}\"");
        }

        if (source.Medium?.StartsWith("HugePages", StringComparison.Ordinal) == true)
        {
            throw new VolumeException("emptyDir of medium HugePages is not supported by this node");
        }

        var group = pod.Spec.SecurityContext?.FsGroup;
        if (isMemory)
        {
            if (Mounts.Under(path).Count == 0)
            {
                Make(path, OpenToAll);
                Mounts.Memory(path, SizeOf(source, pod, facts), group);
            }
        }
        else if (!Directory.Exists(path))
        {
            // Complete before it has its name: after a crash in between nobody could tell what is still to be done.
            var draft = Path.Combine(Path.GetDirectoryName(path)!, "." + Path.GetFileName(path));
            Make(draft, source.Mode ?? OpenToAll);
            if (group is { } id)
            {
                LinuxFiles.ChangeOwner(draft, -1, id);
                LinuxFiles.ChangeMode(draft, (source.Mode ?? OpenToAll) | GroupOwns);
            }

            LinuxFiles.Rename(draft, path);
        }
    }

    /// <summary>The bytes that memory may hold: the least of its own limit, the pod's and the node's; 0 when none is known.</summary>
    internal static long SizeOf(V1EmptyDirVolumeSource source, V1Pod pod, PodFacts? facts)
    {
        List<long> limits = [Bytes(source.SizeLimit), PodLimit(pod), facts?.AllocatableMemory.Value ?? 0];
        return limits.Where(limit => limit > 0).DefaultIfEmpty(0).Min();
    }

    /// <summary>Makes a directory with exactly this mode; false when it was there, and has that mode now.</summary>
    internal static bool Make(string path, int mode)
    {
        var isNew = !Directory.Exists(path);
        if (isNew)
        {
            Directory.CreateDirectory(path);
        }

        LinuxFiles.ChangeMode(path, mode);
        return isNew;
    }

    /// <summary>The memory that all containers together may use; 0 when one of them has no limit.</summary>
    private static long PodLimit(V1Pod pod)
    {
        if (Memory(pod.Spec.Resources) is var ofPod and > 0)
        {
            return ofPod;
        }

        var limits = pod.Spec.Containers.Select(container => Memory(container.Resources)).ToList();
        return limits.Contains(0) ? 0 : limits.Sum();
    }

    private static long Memory(V1ResourceRequirements? resources) =>
        resources?.Limits is { } limits && limits.TryGetValue("memory", out var limit) ? Bytes(limit) : 0;

    private static long Bytes(ResourceQuantity? quantity) => Quantity.TryParse(quantity?.ToString(), out var parsed) ? parsed.Value : 0;
}
