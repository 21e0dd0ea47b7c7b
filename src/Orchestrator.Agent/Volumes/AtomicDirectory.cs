using System.Globalization;

namespace Orchestrator.Agent.Volumes;

/// <summary>Shows a set of files in a directory so that readers see either all of the old ones or all of the new ones.</summary>
/// <remarks>Upstream: pkg/volume/util/atomic_writer.go. The files lie in a directory of their own, <c>..data</c> links to it, and what users see
/// are links through <c>..data</c>: one rename swaps them all. Callers take turns.</remarks>
internal static class AtomicDirectory
{
    private const string Current = "..data";
    private const string Next = "..data_tmp";
    private const int NameLimit = 255;
    private const int PathLimit = 4096;
    private const int DirectoryMode = 0x1ED; // 0755
    private const int SetGroup = 0x400; // 02000
    private const int ReadAll = 0x120; // 0440
    private const int GroupEnter = 0x48; // 0110

    /// <summary>Shows these files and no others. Nothing is touched when they are shown already.</summary>
    /// <param name="directory">An existing directory, used for nothing else.</param>
    /// <param name="files">By their relative paths.</param>
    /// <param name="group">The pod's fsGroup, which may read them then.</param>
    /// <returns>True when something changed.</returns>
    /// <exception cref="VolumeException">A path is not one that a volume may have.</exception>
    public static bool Show(string directory, IReadOnlyDictionary<string, VolumeFile> files, long? group)
    {
        foreach (var path in files.Keys)
        {
            Check(path);
        }

        var link = Path.Combine(directory, Current);
        var old = new FileInfo(link).LinkTarget;
        if (old is not null && IsShown(Path.Combine(directory, old), files, group))
        {
            ShowLinks(directory, files.Keys);
            return false;
        }

        var fresh = Write(directory, files, group);
        var next = Path.Combine(directory, Next);
        File.Delete(next);
        File.CreateSymbolicLink(next, fresh);
        LinuxFiles.Rename(next, link);
        ShowLinks(directory, files.Keys);
        DeleteOthers(directory, fresh);
        return true;
    }

    private static string Write(string directory, IReadOnlyDictionary<string, VolumeFile> files, long? group)
    {
        var stamp = DateTime.UtcNow.ToString("yyyy_MM_dd_HH_mm_ss", CultureInfo.InvariantCulture);
        var name = $"..{stamp}.{Guid.NewGuid().ToString("N")[..9]}";
        var home = Path.Combine(directory, name);
        MakeDirectory(home, group);
        foreach (var (path, file) in files)
        {
            var place = home;
            foreach (var part in path.Split('/')[..^1])
            {
                place = Path.Combine(place, part);
                if (!Directory.Exists(place))
                {
                    MakeDirectory(place, group);
                }
            }

            var full = Path.Combine(home, path);
            File.WriteAllBytes(full, file.Content);
            if (file.Owner is { } owner || group is not null)
            {
                LinuxFiles.ChangeOwner(full, file.Owner ?? -1, group ?? -1);
            }

            LinuxFiles.ChangeMode(full, ModeOf(file, group));
        }

        return name;
    }

    private static int ModeOf(VolumeFile file, long? group) => group is null ? file.Mode : file.Mode | ReadAll;

    private static void MakeDirectory(string path, long? group)
    {
        Directory.CreateDirectory(path);
        if (group is { } id)
        {
            LinuxFiles.ChangeOwner(path, -1, id);
        }

        LinuxFiles.ChangeMode(path, group is null ? DirectoryMode : DirectoryMode | SetGroup | ReadAll | GroupEnter);
    }

    private static bool IsShown(string home, IReadOnlyDictionary<string, VolumeFile> files, long? group)
    {
        if (!Directory.Exists(home))
        {
            return false;
        }

        var present = Directory.EnumerateFiles(home, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(home, path)).ToHashSet(StringComparer.Ordinal);
        return present.SetEquals(files.Keys.Select(path => path.TrimEnd('/')))
            && files.All(entry => IsSame(Path.Combine(home, entry.Key), entry.Value, group));
    }

    private static bool IsSame(string path, VolumeFile file, long? group) =>
        new FileInfo(path).Length == file.Content.Length
        && (int)File.GetUnixFileMode(path) == ModeOf(file, group)
        && File.ReadAllBytes(path).AsSpan().SequenceEqual(file.Content);

    /// <summary>The links that users see are those of the first parts of the paths, and no others.</summary>
    private static void ShowLinks(string directory, IEnumerable<string> paths)
    {
        var wanted = paths.Select(path => path.Split('/')[0]).ToHashSet(StringComparer.Ordinal);
        foreach (var name in wanted)
        {
            var link = new FileInfo(Path.Combine(directory, name));
            if (link.LinkTarget is null)
            {
                link.CreateAsSymbolicLink(Path.Combine(Current, name));
            }
        }

        foreach (var entry in new DirectoryInfo(directory).EnumerateFileSystemInfos())
        {
            if (!entry.Name.StartsWith("..", StringComparison.Ordinal) && entry.LinkTarget is not null && !wanted.Contains(entry.Name))
            {
                entry.Delete();
            }
        }
    }

    /// <summary>Directories that are not shown: the one before, and what a crash may have left.</summary>
    private static void DeleteOthers(string directory, string shown)
    {
        foreach (var other in new DirectoryInfo(directory).EnumerateDirectories("..*"))
        {
            if (other.Name != shown && other.Name != Current && other.LinkTarget is null)
            {
                other.Delete(recursive: true);
            }
        }
    }

    private static void Check(string path)
    {
        if (path.Length is 0 or > PathLimit || path[0] == '/')
        {
            throw new VolumeException(path.Length == 0 ? "invalid path: must not be empty" : $"invalid path: must be relative path: {path}");
        }

        foreach (var part in path.Split('/'))
        {
            if (part == ".." || part.Length > NameLimit)
            {
                throw new VolumeException(part == ".." ? $"invalid path: must not contain '..': {path}" : $"invalid path: filenames must be less than or equal to {NameLimit} characters");
            }
        }

        if (path.StartsWith("..", StringComparison.Ordinal))
        {
            throw new VolumeException($"invalid path: must not start with '..': {path}");
        }
    }
}
