using System.Globalization;

namespace Orchestrator.Host.Processes;

/// <summary>A process, told apart from a later one that got the same number.</summary>
/// <param name="Pid">The process id.</param>
/// <param name="StartTicks">When it started, in clock ticks since boot: field 22 of /proc/PID/stat.</param>
internal sealed record ProcessIdentity(int Pid, long StartTicks)
{
    private const int StateField = 0;
    private const int StartTicksField = 19;

    /// <summary>This process.</summary>
    public static ProcessIdentity Current => Of(Environment.ProcessId) ?? throw new InvalidOperationException("/proc does not show this process");

    /// <summary>True while the process runs; one that has ended and only waits to be collected does not.</summary>
    public bool IsAlive => Of(Pid) == this;

    /// <summary>The running process of that number, or null.</summary>
    public static ProcessIdentity? Of(int pid)
    {
        try
        {
            return FromStat(pid, File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat")));
        }
        catch (IOException)
        {
            // There is none, or it went while we read.
            return null;
        }
    }

    /// <summary>Reads the text of /proc/PID/stat; null for a process that has ended.</summary>
    internal static ProcessIdentity? FromStat(int pid, string stat)
    {
        // The program's name is in parentheses and may itself contain spaces and parentheses.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields[StateField] is "Z" or "X" ? null : new ProcessIdentity(pid, long.Parse(fields[StartTicksField], CultureInfo.InvariantCulture));
    }
}
