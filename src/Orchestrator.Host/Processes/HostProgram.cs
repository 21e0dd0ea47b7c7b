using System.ComponentModel;
using System.Diagnostics;
using Orchestrator.Host.Startup;

namespace Orchestrator.Host.Processes;

/// <summary>Runs a program of the host to its end.</summary>
internal static class HostProgram
{
    /// <summary>Runs it and gives its output.</summary>
    /// <exception cref="StartupException">It is not there or fails; the message carries its last words.</exception>
    public static async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var (code, output) = await TryRunAsync(program, arguments, cancellationToken);
        return code == 0 ? output : throw new StartupException($"{program} {string.Join(' ', arguments)} failed ({code}):\n{output.Trim()}");
    }

    /// <summary>Runs it and gives its exit code and output.</summary>
    /// <exception cref="StartupException">It is not there.</exception>
    public static async Task<(int Code, string Output)> TryRunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = "/" };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, await output + await errors);
        }
        catch (Win32Exception missing)
        {
            throw new StartupException($"the program {program} cannot be run: {missing.Message}", missing);
        }
    }

    /// <summary>The full path of a program, or null; the system's directories are looked at even when the PATH lacks them.</summary>
    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Concat(["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"])
            .Select(directory => Path.Combine(directory, name))
            .FirstOrDefault(File.Exists);
}
