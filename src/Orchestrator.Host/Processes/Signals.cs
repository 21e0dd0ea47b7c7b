using System.Runtime.InteropServices;

namespace Orchestrator.Host.Processes;

/// <summary>Ends processes.</summary>
internal static partial class Signals
{
    public const int Interrupt = 2;
    public const int Quit = 3;
    public const int Kill = 9;
    public const int Terminate = 15;

    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(20);

    /// <summary>Sends a signal, if the process still runs.</summary>
    public static void Send(ProcessIdentity process, int signal)
    {
        if (process.IsAlive)
        {
            // It may end before the signal comes: that is what was wanted.
            _ = SendSignal(process.Pid, signal);
        }
    }

    /// <summary>Asks a process to end, and makes it end when it takes longer than this.</summary>
    public static async Task EndAsync(ProcessIdentity process, int signal, TimeSpan patience)
    {
        Send(process, signal);
        if (!await HasEndedAsync(process, patience))
        {
            Send(process, Kill);
            await HasEndedAsync(process, patience);
        }
    }

    private static async Task<bool> HasEndedAsync(ProcessIdentity process, TimeSpan patience)
    {
        // Not a child of ours perhaps, so there is nothing to wait on.
        var began = TimeProvider.System.GetTimestamp();
        while (process.IsAlive)
        {
            if (TimeProvider.System.GetElapsedTime(began) > patience)
            {
                return false;
            }

            await Task.Delay(PollPeriod);
        }

        return true;
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);
}
