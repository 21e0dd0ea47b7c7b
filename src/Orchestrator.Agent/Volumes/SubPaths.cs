using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Agent.Volumes;

/// <summary>Pins a path inside a volume to a place that the pod cannot touch, so that a container gets what was checked and nothing else.</summary>
/// <remarks>Upstream: pkg/volume/util/subpath. The pod writes its volumes while this runs: a path that is checked by name may be a link to the
/// host's root a moment later. So links are resolved once, the result is walked again handle by handle with links refused, and the
/// handle, not the name, is what is mounted.</remarks>
internal static class SubPaths
{
    private const int PinMode = 0x1E8; // 0750

    /// <summary>Makes the path inside the volume when it is missing, and shows it at the target.</summary>
    /// <exception cref="VolumeException">The path leads out of the volume.</exception>
    public static void Pin(string volume, string subPath, string target)
    {
        var root = LinuxFiles.RealPath(volume) ?? throw new VolumeException($"volume {volume} does not exist");
        using var place = Open(root, subPath);
        Mounts.Remove(target);
        EmptyDirVolume.Make(Path.GetDirectoryName(target)!, PinMode);
        if (Directory.Exists(target))
        {
            Directory.Delete(target);
        }
        else
        {
            File.Delete(target);
        }

        if (LinuxFiles.KindOf(place) == FileKind.Directory)
        {
            EmptyDirVolume.Make(target, PinMode);
        }
        else
        {
            File.WriteAllBytes(target, []);
        }

        Mounts.Bind(LinuxFiles.PathOf(place), target);
    }

    /// <summary>A handle on the path; the directories that are missing are made like the volume itself.</summary>
    private static SafeFileHandle Open(string root, string subPath)
    {
        // A volume that is one file, as a hostPath may be, has nothing below it.
        var parts = subPath.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").ToList();
        var present = parts.Count;
        string? real;
        while ((real = LinuxFiles.RealPath(Path.Combine([root, .. parts.Take(present)]))) is null)
        {
            present--;
        }

        if (real != root && !real.StartsWith(root.TrimEnd('/') + "/", StringComparison.Ordinal))
        {
            throw new VolumeException($"subpath \"{real}\" not within volume path \"{root}\"");
        }

        var place = LinuxFiles.Open(root);
        try
        {
            foreach (var part in real[root.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries))
            {
                place = Step(place, part);
            }

            var mode = (int)File.GetUnixFileMode(root);
            foreach (var part in parts.Skip(present))
            {
                LinuxFiles.MakeDirectoryAt(place, part, mode);
                place = Step(place, part);
                LinuxFiles.ChangeMode(LinuxFiles.PathOf(place), mode);
            }

            return place;
        }
        catch
        {
            place.Dispose();
            throw;
        }
    }

    private static SafeFileHandle Step(SafeFileHandle directory, string name)
    {
        var next = LinuxFiles.OpenAt(directory, name);
        if (LinuxFiles.KindOf(next) == FileKind.Link)
        {
            next.Dispose();
            throw new VolumeException($"unexpected symlink found at {name}");
        }

        directory.Dispose();
        return next;
    }
}
