using System.Collections.Concurrent;
using System.Diagnostics;
using Orchestrator.HistoryChecker;

namespace Orchestrator.HistoryRun.Load;

/// <summary>Takes down what all clients do and see, on one clock.</summary>
internal sealed class Recorder
{
    private readonly ConcurrentQueue<Operation> operations = new();
    private readonly ConcurrentQueue<Func<Watcher>> watchers = new();
    private readonly ConcurrentDictionary<string, int> unexpected = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> failures = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<Timing> timings = new();
    private long ids;

    /// <summary>The clock.</summary>
    public static long Now => Stopwatch.GetTimestamp();

    /// <summary>What was done so far.</summary>
    public IReadOnlyCollection<Operation> Operations => operations;

    /// <summary>Answers that the API must never give, with their number.</summary>
    public IReadOnlyDictionary<string, int> Unexpected => unexpected;

    /// <summary>Failures that faults explain, with their number.</summary>
    public IReadOnlyDictionary<string, int> Failures => failures;

    /// <summary>How long each request took, be its outcome known or not.</summary>
    public IReadOnlyCollection<Timing> Timings => timings;

    /// <summary>A number that nothing else has.</summary>
    public long NextId() => Interlocked.Increment(ref ids);

    /// <summary>Takes down a request with its answer.</summary>
    public void Add(Operation operation)
    {
        timings.Enqueue(new Timing(operation.Silo, operation.Begin, Now, operation.Outcome));
        operations.Enqueue(operation);
    }

    /// <summary>Takes down a watcher; it is asked at the end for what it saw.</summary>
    public void Add(Func<Watcher> watcher) => watchers.Enqueue(watcher);

    /// <summary>Counts an answer that nothing explains.</summary>
    public void CountUnexpected(string what) => unexpected.AddOrUpdate(what, 1, (_, number) => number + 1);

    /// <summary>Counts a failure.</summary>
    public void CountFailure(string what) => failures.AddOrUpdate(what, 1, (_, number) => number + 1);

    /// <summary>The history.</summary>
    public History ToHistory(LogTail log) => new()
    {
        Operations = [.. operations],
        Watchers = [.. watchers.Select(watcher => watcher())],
        Log = log.Changes,
        LogStart = log.Start,
    };
}

/// <summary>When a request was sent and when it was answered or given up.</summary>
internal readonly record struct Timing(string Silo, long Begin, long End, Outcome Outcome);
