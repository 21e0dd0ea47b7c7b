using k8s.Models;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Pods;
using Orchestrator.AgentProtocol.Cri;

namespace Orchestrator.Agent.Volumes;

/// <summary>The volumes of one pod on this host: made before its containers, kept up to date beside them, removed after them.</summary>
/// <remarks>Upstream: pkg/kubelet/volumemanager, with the layout of pkg/kubelet/kubelet_getters.go. Nothing is remembered: the directory and the
/// kernel's mount table say what is there, so that an agent which starts again goes on from them.</remarks>
/// <param name="podDirectory">The pod's own directory; its name ends in the pod's uid.</param>
/// <param name="logger">Where it is told what changed.</param>
/// <param name="facts">What the node has: the limits of containers that name none.</param>
internal sealed partial class PodVolumes(string podDirectory, ILogger logger, PodFacts? facts = null)
{
    private const int VolumeMode = 0x1FF; // 0777: what is inside has permissions of its own

    /// <summary>0750: files in volumes are often open to all, for containers of any user; the host's other users must not come near them.</summary>
    private const int PrivateMode = 0x1E8;

    /// <summary>Volumes are written by one at a time: a refresh may come while a preparation runs.</summary>
    private readonly Lock turn = new();

    private string VolumesDirectory => Path.Combine(podDirectory, "volumes");

    private string SubPathsDirectory => Path.Combine(podDirectory, "volume-subpaths");

    /// <summary>Makes every volume that a container uses, and brings the files in them up to date. May be called again at any time.</summary>
    /// <exception cref="VolumeException">Some could not be made; the others were.</exception>
    public Task PrepareAsync(V1Pod pod, PodMaterials materials, CancellationToken cancellationToken) => Task.Run(() => Prepare(pod, materials, cancellationToken), cancellationToken);

    /// <summary>The mounts of a container. Paths inside volumes are pinned by it, anew at each call: call it once for each start of a container.</summary>
    /// <exception cref="ContainerConfigException">A mount cannot be had.</exception>
    public IReadOnlyList<VolumeMapping> MappingsFor(V1Pod pod, V1Container container, IReadOnlyDictionary<string, string> environment)
    {
        lock (turn)
        {
            return [.. (container.VolumeMounts ?? []).Select((mount, i) => Mapping(pod, container, mount, i, environment))];
        }
    }

    /// <summary>Takes all mounts away and removes what the pod had. Works on what a crash left, too.</summary>
    public Task RemoveAsync() => Task.Run(Remove);

    private void Prepare(V1Pod pod, PodMaterials materials, CancellationToken cancellationToken)
    {
        var used = pod.Spec.Containers.Concat(pod.Spec.InitContainers ?? [])
            .SelectMany(container => container.VolumeMounts ?? [])
            .Concat((pod.Spec.EphemeralContainers ?? []).SelectMany(container => container.VolumeMounts ?? []))
            .Select(mount => mount.Name)
            .ToHashSet(StringComparer.Ordinal);
        var failures = new List<string>();
        lock (turn)
        {
            EmptyDirVolume.Make(VolumesDirectory, PrivateMode);
            foreach (var volume in (pod.Spec.Volumes ?? []).Where(volume => used.Contains(volume.Name)))
            {
                cancellationToken.ThrowIfCancellationRequested();
                try
                {
                    Prepare(volume, pod, materials);
                }
                catch (Exception e) when (e is VolumeException or IOException or UnauthorizedAccessException)
                {
                    failures.Add($"MountVolume.SetUp failed for volume \"{volume.Name}\" : {e.Message}");
                }
            }
        }

        if (failures.Count > 0)
        {
            throw new VolumeException(failures);
        }
    }

    private void Prepare(V1Volume volume, V1Pod pod, PodMaterials materials)
    {
        switch (volume)
        {
            case { ConfigMap: { } map }:
                Show(volume, ConfigMapVolume.Files(map, materials), pod, inMemory: false);
                break;
            case { Secret: { } secret }:
                Show(volume, SecretVolume.Files(secret, materials), pod, inMemory: true);
                break;
            case { Projected: { } projected }:
                Show(volume, ProjectedVolume.Files(projected, volume.Name, pod, materials, facts), pod, inMemory: true);
                break;
            case { DownwardAPI: { } downward }:
                Show(volume, DownwardVolume.Files(downward.Items, downward.DefaultMode, pod, facts), pod, inMemory: true);
                break;
            case { EmptyDir: { } empty }:
                EmptyDirVolume.Prepare(PathOf(volume), empty, pod, facts);
                break;
            case { HostPath: { } host }:
                HostPathVolume.Prepare(host);
                break;
            default:
                throw VolumeKinds.Unsupported(volume);
        }
    }

    /// <summary>Secret things are kept in memory, never on a disk.</summary>
    private void Show(V1Volume volume, IReadOnlyDictionary<string, VolumeFile> files, V1Pod pod, bool inMemory)
    {
        var (path, group) = (PathOf(volume), pod.Spec.SecurityContext?.FsGroup);
        var isNew = !Directory.Exists(path);
        if (!inMemory)
        {
            EmptyDirVolume.Make(path, VolumeMode);
        }
        else if (Mounts.Under(path).Count == 0)
        {
            EmptyDirVolume.Make(path, VolumeMode);
            Mounts.Memory(path, facts?.AllocatableMemory.Value ?? 0, group);
        }

        if (AtomicDirectory.Show(path, files, group) && !isNew)
        {
            LogRefreshed(pod.Metadata.NamespaceProperty, pod.Metadata.Name, volume.Name);
        }
    }

    private VolumeMapping Mapping(V1Pod pod, V1Container container, V1VolumeMount mount, int index, IReadOnlyDictionary<string, string> environment)
    {
        var volume = (pod.Spec.Volumes ?? []).FirstOrDefault(volume => volume.Name == mount.Name)
            ?? throw new ContainerConfigException($"cannot find volume \"{mount.Name}\" to mount into container \"{container.Name}\"");
        var path = PathOf(volume);
        if (SubPathOf(mount, environment) is { Length: > 0 } subPath)
        {
            path = Pinned(volume, subPath, container, mount, index);
        }

        return new VolumeMapping(path, mount.MountPath.StartsWith('/') ? mount.MountPath : "/" + mount.MountPath, mount.ReadOnlyProperty == true || VolumeKinds.IsReadOnly(volume), Propagation(mount))
        {
            RecursiveReadOnly = mount.RecursiveReadOnly is "Enabled",
        };
    }

    private string Pinned(V1Volume volume, string subPath, V1Container container, V1VolumeMount mount, int index)
    {
        var target = Path.Combine(SubPathsDirectory, volume.Name, container.Name, $"{index}");
        try
        {
            EmptyDirVolume.Make(SubPathsDirectory, PrivateMode);
            SubPaths.Pin(PathOf(volume), subPath, target);
            return target;
        }
        catch (Exception e) when (e is VolumeException or IOException or UnauthorizedAccessException)
        {
            LogPinFailed(mount.Name, container.Name, e.Message);
            // Where the path would have led is not the pod's business.
            throw new ContainerConfigException($"failed to prepare subPath for volumeMount \"{mount.Name}\" of container \"{container.Name}\"", e);
        }
    }

    private static string? SubPathOf(V1VolumeMount mount, IReadOnlyDictionary<string, string> environment)
    {
        var subPath = mount.SubPath;
        if (!string.IsNullOrEmpty(mount.SubPathExpr))
        {
            var missing = new SortedSet<string>(StringComparer.Ordinal);
            subPath = VariableExpansion.Expand(mount.SubPathExpr, name => environment.TryGetValue(name, out var value) && value.Length > 0 ? value : Missing(missing, name));
            if (missing.Count > 0)
            {
                throw new ContainerConfigException($"missing value for {string.Join(", ", missing.Select(name => $"\"{name}\""))}");
            }
        }

        if (subPath?.StartsWith('/') == true)
        {
            throw new ContainerConfigException($"error SubPath `{subPath}` must not be an absolute path");
        }

        return subPath?.Split('/').Contains("..") == true ? throw new ContainerConfigException($"unable to provision SubPath `{subPath}`: must not contain '..'") : subPath;
    }

    private static string Missing(SortedSet<string> missing, string name)
    {
        missing.Add(name);
        return "";
    }

    private static MountPropagation Propagation(V1VolumeMount mount) => mount.MountPropagation switch
    {
        "HostToContainer" => MountPropagation.PropagationHostToContainer,
        "Bidirectional" => MountPropagation.PropagationBidirectional,
        _ => MountPropagation.PropagationPrivate,
    };

    private string PathOf(V1Volume volume) =>
        volume.HostPath?.Path ?? Path.Combine(VolumesDirectory, VolumeKinds.DirectoryOf(volume), volume.Name);

    private void Remove()
    {
        lock (turn)
        {
            foreach (var directory in new[] { SubPathsDirectory, VolumesDirectory })
            {
                foreach (var mount in Mounts.Under(directory))
                {
                    Mounts.Remove(mount);
                }

                // A mount that is still there may be the host's own directory: deleting through it would delete the host's files.
                if (Mounts.Under(directory) is [var left, ..])
                {
                    throw new VolumeException($"UnmountVolume.TearDown failed: {left} is still mounted");
                }

                if (Directory.Exists(directory))
                {
                    Directory.Delete(directory, recursive: true);
                }
            }
        }
    }
}
