using System.Globalization;

namespace Orchestrator.Host.Processes;

/// <summary>A file that names a process: its id and its start time.</summary>
internal static class PidFile
{
    /// <summary>The process that the file names if it still runs, else null.</summary>
    public static ProcessIdentity? FindAlive(string path) =>
        File.Exists(path) && Parse(File.ReadAllText(path)) is { } found && found.IsAlive ? found : null;

    /// <summary>Writes the file, whole or not at all.</summary>
    public static void Write(string path, ProcessIdentity process)
    {
        File.WriteAllText(path + ".partial", string.Create(CultureInfo.InvariantCulture, $"{process.Pid} {process.StartTicks}\n"));
        File.Move(path + ".partial", path, overwrite: true);
    }

    /// <summary>Reads the file's text; null when it is not a pid file.</summary>
    internal static ProcessIdentity? Parse(string text)
    {
        var fields = text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return fields.Length == 2
            && int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            && long.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            ? new ProcessIdentity(pid, ticks)
            : null;
    }
}
