using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.EndToEnd.Tests.Harness;

/// <summary>What a cluster may leave on a host.</summary>
public static class HostState
{
    /// <summary>Whatever is still there of a cluster's directory: processes, mounts, the bridge, the rules.</summary>
    public static async Task<IReadOnlyList<string>> LeftByAsync(string directory)
    {
        List<string> left = [];
        left.AddRange(ProcessesWith(directory).Select(pid => $"process {pid}: {CommandLine(pid)}"));
        left.AddRange((await File.ReadAllLinesAsync("/proc/self/mountinfo")).Where(line => line.Contains(directory + "/", StringComparison.Ordinal)));
        var network = "orc" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(directory)))[..8];
        if (System.IO.Directory.Exists("/sys/class/net/" + network))
        {
            left.Add("bridge " + network);
        }

        if (Environment.IsPrivilegedProcess && (await Ran.RunAsync("nft", ["list", "tables"])).Output.Contains(network, StringComparison.Ordinal))
        {
            left.Add("nftables table " + network);
        }

        return left;
    }

    /// <summary>The cgroups of pods, in every hierarchy.</summary>
    public static IReadOnlyList<string> PodCgroups() =>
        [.. System.IO.Directory.GetDirectories("/sys/fs/cgroup", "kubepods", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 })
            .SelectMany(top => System.IO.Directory.GetDirectories(top, "pod*", SearchOption.AllDirectories))];

    /// <summary>True for a cgroup that is there although no process is in it or below.</summary>
    public static bool IsDeserted(string group) => System.IO.Directory.Exists(group)
        && System.IO.Directory.GetFiles(group, "cgroup.procs", SearchOption.AllDirectories).All(processes => File.ReadAllText(processes).Length == 0);

    /// <summary>The processes whose command line contains a text.</summary>
    public static IEnumerable<int> ProcessesWith(string text)
    {
        foreach (var path in System.IO.Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(path), out var pid) && pid != Environment.ProcessId && CommandLine(pid).Contains(text, StringComparison.Ordinal))
            {
                yield return pid;
            }
        }
    }

    /// <summary>Kills a process at once.</summary>
    public static void Kill(int pid)
    {
        using var process = System.Diagnostics.Process.GetProcessById(pid);
        process.Kill();
    }

    private static string CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
