using System.Diagnostics;
using Orchestrator.Host.Startup;

namespace Orchestrator.Host.Processes;

/// <summary>Starts programs that outlive us: in a session of their own, writing to a log file, named by a pid file.</summary>
internal static class DetachedProcess
{
    /// <summary>What stands between us and the program: it notes who it is, then becomes the program, so that no moment is without a pid file.</summary>
    /// <remarks>The shell's own name has no spaces, so the start time is simply the 22nd word.</remarks>
    private const string Script = """
        pidfile=$1 log=$2
        shift 2
        echo "$$ $(cut -d' ' -f22 /proc/$$/stat)" >"$pidfile.partial" && mv "$pidfile.partial" "$pidfile" || exit 1
        exec "$@" </dev/null >>"$log" 2>&1
        """;

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(5);

    /// <summary>Starts a program.</summary>
    /// <param name="pidFile">Where it is named.</param>
    /// <param name="log">The file that takes its output.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="environment">What is added to the environment.</param>
    /// <param name="workingDirectory">Where it runs; null: in the root, so that it keeps no directory from being removed.</param>
    /// <param name="cancellationToken">Ends the wait for the start, not the program.</param>
    public static async Task<ProcessIdentity> StartAsync(
        string pidFile, string log, IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment = null,
        string? workingDirectory = null, CancellationToken cancellationToken = default)
    {
        var start = new ProcessStartInfo("setsid") { UseShellExecute = false, WorkingDirectory = workingDirectory ?? "/" };
        foreach (var argument in (IEnumerable<string>)["sh", "-c", Script, "sh", pidFile, log, .. command])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new StartupException("the program setsid could not be started");
        var began = TimeProvider.System.GetTimestamp();
        while (PidFile.FindAlive(pidFile) is not { } identity || identity.Pid != process.Id)
        {
            if (process.HasExited || TimeProvider.System.GetElapsedTime(began) > StartLimit)
            {
                throw new StartupException($"{command[0]} did not start:\n{LogTail.Read(log)}");
            }

            await Task.Delay(PollPeriod, cancellationToken);
        }

        return PidFile.FindAlive(pidFile)!;
    }
}
