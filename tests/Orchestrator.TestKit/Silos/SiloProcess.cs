using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Orchestrator.TestKit.Silos;

/// <summary>One silo as its users run it: <c>orchestrator server</c> in a process of its own, which ends when this program does.</summary>
public sealed class SiloProcess : IDisposable
{
    /// <summary>The end of the output that is kept to tell what went wrong.</summary>
    private const int KeptLog = 64 * 1024;

    private const string FirstLine = "pid ";
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    // The silo is a child of a shell that reads from our pipe: when we are gone, however that came, the pipe closes and the silo is ended.
    private const string Script = """
        "$@" </dev/null &
        pid=$!
        echo "pid $pid"
        while read -r order; do :; done
        kill -9 $pid 2>/dev/null
        """;

    private readonly SiloPlace place;
    private readonly StringBuilder log = new();
    private Process? shell;

    /// <summary>A silo that is not started yet.</summary>
    public SiloProcess(SiloPlace place) => this.place = place;

    /// <summary>Its name in reports.</summary>
    public string Name => place.Name;

    /// <summary>Where its API is.</summary>
    public Uri Api => new(string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{place.ApiPort}"));

    /// <summary>The process; 0 while it is down.</summary>
    public int ProcessId { get; private set; }

    /// <summary>The file by which its clock is moved, when it can be.</summary>
    public string ClockFile => place.ClockFile;

    /// <summary>The end of what it wrote.</summary>
    public string Log
    {
        get
        {
            lock (log)
            {
                return log.ToString();
            }
        }
    }

    /// <summary>The program of the repository that this one was built in.</summary>
    public static string OwnProgram() =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "..", "src", "Orchestrator.Host", "bin", "Release", "net10.0", "publish", "orchestrator.dll"));

    /// <summary>Starts it.</summary>
    public void Start()
    {
        shell?.Dispose();
        lock (log)
        {
            log.Clear();
        }

        var start = new ProcessStartInfo("sh") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["-c", Script, "sh", "dotnet", place.Program, "server", .. place.Arguments])
        {
            start.ArgumentList.Add(argument);
        }

        if (place.ClockLibrary.Length > 0)
        {
            start.Environment["LD_PRELOAD"] = place.ClockLibrary;
            start.Environment["FAKETIME_TIMESTAMP_FILE"] = place.ClockFile;
            start.Environment["FAKETIME_CACHE_DURATION"] = "1";
            start.Environment["FAKETIME_DONT_FAKE_MONOTONIC"] = "1";
            start.Environment["FAKETIME_DISABLE_SHM"] = "1";
        }

        ProcessId = 0;
        shell = Process.Start(start)!;
        using var started = new ManualResetEventSlim();
        shell.OutputDataReceived += (_, line) =>
        {
            if (ProcessId == 0 && line.Data?.StartsWith(FirstLine, StringComparison.Ordinal) == true)
            {
                ProcessId = int.Parse(line.Data.AsSpan(FirstLine.Length), CultureInfo.InvariantCulture);
                started.Set();
            }
        };
        shell.OutputDataReceived += (_, line) => Take(line.Data);
        shell.ErrorDataReceived += (_, line) => Take(line.Data);
        shell.BeginOutputReadLine();
        shell.BeginErrorReadLine();
        started.Wait(StartPatience);
    }

    /// <summary>Sends a signal.</summary>
    public void Signal(int signal) => Signals.Send(ProcessId, signal);

    /// <summary>Waits until the process is gone.</summary>
    /// <returns>False when it is still there after the time.</returns>
    public async Task<bool> GoneAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        while (Signals.IsAlive(ProcessId))
        {
            if (Stopwatch.GetElapsedTime(began) > atMost)
            {
                return false;
            }

            await Task.Delay(20, cancellationToken);
        }

        return true;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        if (shell is null)
        {
            return;
        }

        Signal(Signals.Kill);
        shell.StandardInput.Close();
        shell.WaitForExit(TimeSpan.FromSeconds(10));
        shell.Dispose();
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;

    private void Take(string? line)
    {
        lock (log)
        {
            log.AppendLine(line);
            if (log.Length > 2 * KeptLog)
            {
                log.Remove(0, log.Length - KeptLog);
            }
        }
    }
}

/// <summary>Where a silo is and with what it is started.</summary>
/// <param name="Name">Its name in reports.</param>
/// <param name="ApiPort">Its API's port on loopback.</param>
/// <param name="Program">The orchestrator.dll.</param>
/// <param name="Arguments">The arguments of <c>server</c>.</param>
/// <param name="ClockLibrary">libfaketime; empty: its clock cannot be moved.</param>
/// <param name="ClockFile">The file that moves it.</param>
public sealed record SiloPlace(string Name, int ApiPort, string Program, IReadOnlyList<string> Arguments, string ClockLibrary = "", string ClockFile = "");
