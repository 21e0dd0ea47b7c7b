using System.Threading.Channels;

namespace Orchestrator.EndToEnd.Tests.Operators;

/// <summary>Names that wait to be worked on: each once, never two workers on one, and later and later when it fails.</summary>
/// <remarks>The form is that of client-go's rate-limiting workqueue.</remarks>
public sealed class WorkQueue
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly Channel<string> ready = Channel.CreateUnbounded<string>();
    private readonly HashSet<string> waiting = new(StringComparer.Ordinal);
    private readonly HashSet<string> inWork = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> failures = new(StringComparer.Ordinal);

    /// <summary>Has a name worked on, again if it is being worked on.</summary>
    public void Add(string name)
    {
        lock (gate)
        {
            if (waiting.Add(name) && !inWork.Contains(name))
            {
                ready.Writer.TryWrite(name);
            }
        }
    }

    /// <summary>Works until it is cancelled. What throws is tried again.</summary>
    public async Task RunAsync(Func<string, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        await foreach (var name in ready.Reader.ReadAllAsync(cancellationToken))
        {
            lock (gate)
            {
                waiting.Remove(name);
                inWork.Add(name);
            }

            try
            {
                await work(name, cancellationToken);
                lock (gate)
                {
                    failures.Remove(name);
                }
            }
            catch (Exception) when (!cancellationToken.IsCancellationRequested)
            {
                _ = AddLaterAsync(name, cancellationToken);
            }

            lock (gate)
            {
                inWork.Remove(name);
                if (waiting.Contains(name))
                {
                    ready.Writer.TryWrite(name);
                }
            }
        }
    }

    private async Task AddLaterAsync(string name, CancellationToken cancellationToken)
    {
        TimeSpan delay;
        lock (gate)
        {
            var count = failures[name] = failures.GetValueOrDefault(name) + 1;
            delay = FirstDelay * Math.Pow(2, Math.Min(count - 1, 10));
        }

        await Task.Delay(delay < LongestDelay ? delay : LongestDelay, cancellationToken);
        Add(name);
    }
}
