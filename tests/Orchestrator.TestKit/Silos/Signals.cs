using System.Globalization;
using System.Runtime.InteropServices;

namespace Orchestrator.TestKit.Silos;

/// <summary>Signals to processes that this program started, or that are PostgreSQL backends of its own server.</summary>
public static partial class Signals
{
    /// <summary>Ends it at once.</summary>
    public const int Kill = 9;
    /// <summary>Asks it to end.</summary>
    public const int Terminate = 15;
    /// <summary>Lets it go on after a stop.</summary>
    public const int Continue = 18;
    /// <summary>Freezes it.</summary>
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
