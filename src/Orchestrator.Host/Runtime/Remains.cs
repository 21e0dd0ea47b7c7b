using System.Globalization;
using System.Text.RegularExpressions;
using Orchestrator.Host.Cluster;
using Orchestrator.Host.Processes;

namespace Orchestrator.Host.Runtime;

/// <summary>Takes away what pods and the runtime may have left on the host: shims, mounts, the bridge, the rules, cgroups. None of it is an error.</summary>
internal static partial class Remains
{
    private const string CgroupRoot = "/sys/fs/cgroup";
    private const string PodsCgroup = "kubepods";

    private static readonly TimeSpan ShimPatience = TimeSpan.FromSeconds(5);

    /// <summary>Removes everything that is named after this directory.</summary>
    public static async Task RemoveAsync(DataDirectory directory, CancellationToken cancellationToken)
    {
        foreach (var shim in Shims(PrivateContainerd.SocketOf(directory)))
        {
            await Signals.EndAsync(shim, Signals.Kill, ShimPatience);
        }

        // A mount below another one goes first.
        foreach (var path in MountsBelow(directory.Root, await File.ReadAllTextAsync("/proc/self/mountinfo", cancellationToken)).Reverse())
        {
            await HostProgram.TryRunAsync("umount", ["--lazy", path], cancellationToken);
        }

        if (HostProgram.Find("nft") is { } nft)
        {
            await HostProgram.TryRunAsync(nft, ["delete", "table", "ip", directory.NetworkName], cancellationToken);
        }

        if (HostProgram.Find("ip") is { } ip)
        {
            await HostProgram.TryRunAsync(ip, ["link", "delete", directory.NetworkName], cancellationToken);
        }

        RemoveEmptyCgroups();
    }

    /// <summary>The mount points below a directory, in the order in which they were mounted.</summary>
    internal static IEnumerable<string> MountsBelow(string root, string mountInfo) => mountInfo
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => Escape().Replace(line.Split(' ')[4], match => ((char)Convert.ToInt32(match.Groups[1].Value, 8)).ToString()))
        .Where(path => path.StartsWith(root + "/", StringComparison.Ordinal));

    private static IEnumerable<ProcessIdentity> Shims(string socket)
    {
        foreach (var path in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && ReadCommandLine(path) is [var program, ..] words
                && Path.GetFileName(program).StartsWith("containerd-shim", StringComparison.Ordinal)
                && words.Contains(socket)
                && ProcessIdentity.Of(pid) is { } process)
            {
                yield return process;
            }
        }
    }

    private static string[] ReadCommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static void RemoveEmptyCgroups()
    {
        // One hierarchy with cgroup v2, one for each controller with v1.
        var hierarchies = Directory.Exists(CgroupRoot) ? Directory.GetDirectories(CgroupRoot).Prepend(CgroupRoot) : [];
        foreach (var top in hierarchies.Select(hierarchy => Path.Combine(hierarchy, PodsCgroup)).Where(Directory.Exists))
        {
            foreach (var group in Directory.GetDirectories(top, "*", SearchOption.AllDirectories).Append(top).OrderByDescending(path => path.Length))
            {
                try
                {
                    // The kernel refuses while there are processes in it: another cluster's pods stay.
                    Directory.Delete(group);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    continue;
                }
            }
        }
    }

    [GeneratedRegex(@"\\([0-7]{3})")]
    private static partial Regex Escape();
}
