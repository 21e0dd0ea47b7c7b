using System.Diagnostics;

namespace Orchestrator.Agent.Network;

/// <summary>Runs the host's network tools.</summary>
internal static class HostCommand
{
    /// <summary>Runs a tool with input on its standard input.</summary>
    /// <exception cref="IOException">It failed; the message holds its own words.</exception>
    public static async Task RunAsync(string file, IReadOnlyList<string> arguments, string? input, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(file) { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start) ?? throw new IOException($"{file} did not start");
        await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = await process.StandardError.ReadToEndAsync(cancellationToken);
        await output;
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
        {
            throw new IOException($"{file} {string.Join(' ', arguments)}: {error.Trim()}");
        }
    }
}
