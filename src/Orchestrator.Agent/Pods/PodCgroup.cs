using System.Globalization;
using k8s.Models;

namespace Orchestrator.Agent.Pods;

/// <summary>The cgroup that holds all of one pod: kubepods/QOS/podUID, in each hierarchy of cgroup v1 or in the one of v2.</summary>
/// <remarks>Upstream: pkg/kubelet/cm/pod_container_manager_linux.go. The runtime makes the containers' cgroups inside; limits here bound them together.</remarks>
internal sealed class PodCgroup(string cgroupRoot, V1Pod pod)
{
    private const string Mount = "/sys/fs/cgroup";

    /// <summary>A cgroup is busy for a moment after its last process ended.</summary>
    private const int RemoveAttempts = 20;

    private static readonly TimeSpan RemovePause = TimeSpan.FromMilliseconds(50);

    /// <summary>Controllers that v2 must be told to hand down.</summary>
    private const string HandedDown = "+cpu +memory +pids";

    /// <summary>The path that the runtime is told, from the root of a hierarchy.</summary>
    public string Path { get; } = PodSpecs.QosClass(pod) switch
    {
        "Guaranteed" => $"{cgroupRoot}/pod{pod.Metadata.Uid}",
        "BestEffort" => $"{cgroupRoot}/besteffort/pod{pod.Metadata.Uid}",
        _ => $"{cgroupRoot}/burstable/pod{pod.Metadata.Uid}",
    };

    private static bool IsUnified => File.Exists($"{Mount}/cgroup.controllers");

    /// <summary>Makes it and sets the pod's limits. Running it twice changes nothing.</summary>
    /// <exception cref="IOException">The kernel refuses.</exception>
    public void Make()
    {
        var limits = ContainerResourceLimits.OfPod(pod);
        if (IsUnified)
        {
            MakeUnified(limits);
            return;
        }

        foreach (var hierarchy in Hierarchies())
        {
            Directory.CreateDirectory(hierarchy + Path);
        }

        Write("cpu", "cpu.shares", limits.CpuShares);
        if (limits.CpuQuota is { } quota)
        {
            Write("cpu", "cpu.cfs_period_us", ContainerResourceLimits.CpuPeriod);
            Write("cpu", "cpu.cfs_quota_us", quota);
        }

        if (limits.MemoryBytes is { } memory)
        {
            Write("memory", "memory.limit_in_bytes", memory);
        }
    }

    /// <summary>Removes it with what is in it; nothing of it runs any more.</summary>
    /// <returns>False when something is left in it.</returns>
    public async Task<bool> RemoveAsync()
    {
        var paths = (IsUnified ? [Mount + Path] : Directory.GetDirectories(Mount).Select(hierarchy => hierarchy + Path)).Where(Directory.Exists).ToList();
        for (var attempt = 0; attempt < RemoveAttempts; attempt++)
        {
            paths.RemoveAll(TryRemove);
            if (paths.Count == 0)
            {
                return true;
            }

            await Task.Delay(RemovePause);
        }

        return false;
    }

    private void MakeUnified(PodLimits limits)
    {
        var path = Mount;
        foreach (var part in Path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            File.WriteAllText($"{path}/cgroup.subtree_control", HandedDown);
            path = $"{path}/{part}";
            Directory.CreateDirectory(path);
        }

        File.WriteAllText($"{path}/cgroup.subtree_control", HandedDown);

        // The kernel's own mapping of shares 2..262144 to weights 1..10000.
        File.WriteAllText($"{path}/cpu.weight", Text(1 + ((limits.CpuShares - 2) * 9999 / 262_142)));
        if (limits.CpuQuota is { } quota)
        {
            File.WriteAllText($"{path}/cpu.max", $"{Text(quota)} {Text(ContainerResourceLimits.CpuPeriod)}");
        }

        if (limits.MemoryBytes is { } memory)
        {
            File.WriteAllText($"{path}/memory.max", Text(memory));
        }
    }

    private void Write(string controller, string file, long value)
    {
        var path = $"{Mount}/{controller}{Path}/{file}";
        if (File.Exists(path))
        {
            File.WriteAllText(path, Text(value));
        }
    }

    private static bool TryRemove(string path)
    {
        try
        {
            foreach (var inner in Directory.GetDirectories(path))
            {
                TryRemove(inner);
            }

            Directory.Delete(path);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The hierarchies of cgroup v1; several controllers may be one hierarchy under several names, which does no harm.</summary>
    private static IEnumerable<string> Hierarchies() => Directory.GetDirectories(Mount)
        .Where(path => File.Exists($"{path}/cgroup.procs") && System.IO.Path.GetFileName(path) is not ("unified" or "systemd"));

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
