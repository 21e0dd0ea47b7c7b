using System.Collections.Concurrent;
using System.Diagnostics;

namespace Orchestrator.Bench;

/// <summary>A server in a process of its own, which is killed at the end.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    /// <summary>So many of the lines that it said last are told when it does not become ready.</summary>
    private const int Kept = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(50);
    private readonly Process process;
    private readonly ConcurrentQueue<string> said = [];

    /// <summary>Starts it.</summary>
    public ServerProcess(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
    }

    /// <summary>Its process.</summary>
    public int Id => process.Id;

    /// <summary>Waits until a path is answered with success.</summary>
    /// <exception cref="InvalidOperationException">It ended, or takes too long; the message has what it said last.</exception>
    public async Task ReadyAsync(HttpClient http, string path, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await IsReadyAsync(http, path, cancellationToken))
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(began) > Patience)
            {
                throw new InvalidOperationException($"{process.StartInfo.FileName} does not become ready:\n{string.Join('\n', said)}");
            }

            await Task.Delay(PollPeriod, cancellationToken);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, string path, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync(path, cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // It is starting.
            return false;
        }
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            said.Enqueue(line);
            while (said.Count > Kept)
            {
                said.TryDequeue(out _);
            }
        }
    }
}
