using System.Text;

namespace Orchestrator.Agent.Volumes;

/// <summary>The mounts of this host that volumes need.</summary>
internal static class Mounts
{
    private const nuint NoSetUid = 2;
    private const nuint NoDevices = 4;
    private const nuint BindFlag = 4096;
    private const int Detach = 2;
    private const int DoNotFollow = 8;

    /// <summary>Mounts memory, open to all; a size of 0 leaves the kernel's own limit, half of the machine's memory. What is made in it is the group's.</summary>
    public static void Memory(string target, long size, long? group = null)
    {
        var options = group is { } id ? $"mode=3777,gid={id}" : "mode=1777";
        LinuxFiles.Mount("tmpfs", target, "tmpfs", NoSetUid | NoDevices, size > 0 ? $"{options},size={size}" : options);
    }

    /// <summary>Shows a file or directory at a second place.</summary>
    public static void Bind(string source, string target) => LinuxFiles.Mount(source, target, null, BindFlag, null);

    /// <summary>Takes a mount away, even one that is in use: it goes when its last user goes.</summary>
    public static void Remove(string target) => LinuxFiles.Unmount(target, Detach | DoNotFollow);

    /// <summary>The mounts at and below a path, the innermost first.</summary>
    public static IReadOnlyList<string> Under(string path)
    {
        var real = LinuxFiles.RealPath(path);
        return real is null ? [] : Under(real, File.ReadLines("/proc/self/mountinfo"));
    }

    /// <summary>The mounts at and below a path, as the lines of mountinfo tell.</summary>
    internal static IReadOnlyList<string> Under(string path, IEnumerable<string> lines)
    {
        // Later lines are later mounts, which may hide earlier ones: undone in the opposite order.
        return [.. lines
            .Select(line => line.Split(' ', 6))
            .Where(fields => fields.Length == 6)
            .Select(fields => Unescape(fields[4]))
            .Where(point => point == path || point.StartsWith(path + "/", StringComparison.Ordinal))
            .Reverse()];
    }

    /// <summary>Mount points are written with octal escapes for spaces and the like.</summary>
    private static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
        {
            return text;
        }

        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 3 < text.Length)
            {
                plain.Append((char)(((text[i + 1] - '0') << 6) | ((text[i + 2] - '0') << 3) | (text[i + 3] - '0')));
                i += 3;
            }
            else
            {
                plain.Append(text[i]);
            }
        }

        return plain.ToString();
    }
}
