using System.Globalization;
using System.Runtime.InteropServices;

namespace Orchestrator.HistoryRun.Cluster;

/// <summary>Signals to processes that this program started, or that are PostgreSQL backends of its own server.</summary>
internal static partial class Signals
{
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    /// <summary>Sends a signal; a process that is gone already is no fault.</summary>
    public static void Send(int process, int signal) => _ = SendRaw(process, signal);

    /// <summary>True while the process exists and is not a zombie.</summary>
    public static bool IsAlive(int process)
    {
        try
        {
            var status = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
            return status[status.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendRaw(int process, int signal);
}
