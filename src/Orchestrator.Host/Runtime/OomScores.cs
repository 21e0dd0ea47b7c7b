using System.Globalization;

namespace Orchestrator.Host.Runtime;

/// <summary>Whether this process may protect others from the kernel's out-of-memory killer.</summary>
/// <remarks>Root in a container or a sandbox often lacks CAP_SYS_RESOURCE; runc then ends with "failed to update oom_score_adj" unless it is not asked to.</remarks>
internal static class OomScores
{
    private const int CapSysResource = 24;
    private const string EffectiveCapabilities = "CapEff:";

    /// <summary>True: scores may be made lower than this process's own.</summary>
    public static bool MayBeLowered() => MayBeLowered(File.ReadLines("/proc/self/status"));

    /// <summary>Reads it from the lines of a process's status file; a kernel that does not tell is taken to allow it.</summary>
    public static bool MayBeLowered(IEnumerable<string> status)
    {
        var line = status.FirstOrDefault(line => line.StartsWith(EffectiveCapabilities, StringComparison.Ordinal));
        return line is null
            || (ulong.TryParse(line.AsSpan(EffectiveCapabilities.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var capabilities)
                && (capabilities & (1UL << CapSysResource)) != 0);
    }
}
