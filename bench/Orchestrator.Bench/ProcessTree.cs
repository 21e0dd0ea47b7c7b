using System.Globalization;

namespace Orchestrator.Bench;

/// <summary>Reads /proc of a process and those that it started.</summary>
internal static class ProcessTree
{
    /// <summary>USER_HZ, which Linux has had at 100 towards programs on every architecture that .NET runs on.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>A process and what it started, without the parts that stand for themselves.</summary>
    public static int[] Of(int pid, HashSet<int> parts)
    {
        var parents = Directory.GetDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0)
            .Select(id => (Pid: id, Fields: Stat(id)))
            .Where(process => process.Fields.Length > 1)
            .ToLookup(process => int.Parse(process.Fields[1], CultureInfo.InvariantCulture), process => process.Pid);
        var tree = new List<int> { pid };
        for (var index = 0; index < tree.Count; index++)
        {
            tree.AddRange(parents[tree[index]].Where(child => !parts.Contains(child)));
        }

        return [.. tree];
    }

    /// <summary>Processor time that the processes have taken since they began, with that of their children which have ended.</summary>
    public static double CpuSeconds(int[] tree) => tree.Select(Stat).Where(fields => fields.Length > 14)
        .Sum(fields => Enumerable.Range(11, 4).Sum(field => double.Parse(fields[field], CultureInfo.InvariantCulture)) / TicksPerSecond);

    /// <summary>Memory: pages that several share are counted in parts.</summary>
    public static double ProportionalMegabytes(int[] tree) => tree.Sum(pid =>
    {
        var path = $"/proc/{pid}/smaps_rollup";
        var line = File.Exists(path) ? File.ReadLines(path).FirstOrDefault(text => text.StartsWith("Pss:", StringComparison.Ordinal)) : null;
        return line is null ? 0 : double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    });

    /// <summary>The fields after the name, which may itself hold spaces: state is the first, the parent the second.</summary>
    private static string[] Stat(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return [];
        }
    }
}
