using System.Globalization;
using System.Text.Json;
using Orchestrator.HistoryChecker;
using Orchestrator.HistoryRun.Cluster;
using Orchestrator.TestKit.Silos;

namespace Orchestrator.HistoryRun.Load;

/// <summary>A client that lists and watches, and goes on wherever its stream ended, through whatever silo comes.</summary>
internal sealed class WatchingClient(string name, string selector, Random chance, Recorder recorder, ApiClient api, IReadOnlyList<SiloProcess> silos)
{
    /// <summary>A stream on which nothing came for so long is left: its silo may be frozen.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(6);

    private int generation;
    private Following? current;

    /// <summary>The revision that the current watcher has reached.</summary>
    public long Reached => Volatile.Read(ref current)?.Reached ?? 0;

    /// <summary>The selector.</summary>
    public string Selector => selector;

    /// <summary>How long it looks away between two streams, at most: with a long pause it resumes from what is no longer in memory, or no longer at all.</summary>
    public TimeSpan Pause { get; init; }

    /// <summary>From now on the watcher must reach a revision before it ends.</summary>
    public void Require(long revision)
    {
        if (current is { } following)
        {
            following.MustReach = revision;
        }
    }

    /// <summary>Follows until told to stop; a watcher that is answered 410 is replaced by a new one.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var following = new Following($"{name}.{++generation}", selector);
            if (chance.Next(3) > 0)
            {
                var list = await api.DoAsync(Silo(), new Operation { Id = 0, Verb = Verb.List, Selector = selector, Begin = 0, End = 0, Outcome = Outcome.Unknown }, stop);
                if (list.Outcome != Outcome.Ok)
                {
                    await WaitAsync(TimeSpan.FromMilliseconds(200), stop);
                    continue;
                }

                following.Begin(list);
            }

            recorder.Add(following.ToWatcher);
            Volatile.Write(ref current, following);
            while (!following.IsOver && !stop.IsCancellationRequested)
            {
                await StreamAsync(following, stop);
                await WaitAsync(chance.Next(4) == 0 ? Pause * chance.NextDouble() : TimeSpan.FromMilliseconds(50), stop);
            }
        }
    }

    private SiloProcess Silo() => silos[chance.Next(silos.Count)];

    private static Task WaitAsync(TimeSpan time, CancellationToken stop) =>
        Task.Delay(time, stop).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    private async Task StreamAsync(Following following, CancellationToken stop)
    {
        var silo = Silo();
        var stream = following.Next(silo.Name);
        var from = following.Reached == 0
            ? "sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
            : string.Create(CultureInfo.InvariantCulture, $"resourceVersion={following.Reached}");
        var query = string.Create(CultureInfo.InvariantCulture, $"{from}&timeoutSeconds={chance.Next(4, 13)}{ApiClient.SelectorQuery(selector)}");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Silence);
        try
        {
            using var answer = await api.WatchAsync(silo, query, limit.Token);
            if (!answer.IsSuccessStatusCode)
            {
                Failed(following, (int)answer.StatusCode, await answer.Content.ReadAsStringAsync(limit.Token));
                return;
            }

            using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(limit.Token));
            while (await reader.ReadLineAsync(limit.Token) is { } line)
            {
                limit.CancelAfter(Silence);
                if (!Take(following, stream, line))
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            if (!stop.IsCancellationRequested)
            {
                recorder.CountFailure("watch broke: " + e.GetType().Name);
            }
        }
    }

    /// <summary>Takes a line; false when the stream says that it cannot go on.</summary>
    private bool Take(Following following, Following.Run stream, string line)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(line);
        }
        catch (JsonException)
        {
            // The connection broke in the middle of a line.
            return false;
        }

        using (document)
        {
            var type = document.RootElement.GetProperty("type").GetString()!;
            var shown = document.RootElement.GetProperty("object");
            if (type == "ERROR")
            {
                Failed(following, shown.GetProperty("code").GetInt32(), line);
                return false;
            }

            following.Take(stream, new Frame(Enum.Parse<FrameKind>(type, ignoreCase: true), Recorder.Now, Documents.Read(shown))
            {
                EndsInitialState = type == "BOOKMARK" && shown.GetProperty("metadata").TryGetProperty("annotations", out _),
            });
            return true;
        }
    }

    private void Failed(Following following, int code, string text)
    {
        recorder.CountFailure($"watch {code}");
        if (code == 410)
        {
            following.IsOver = true;
        }
        else if (code is not (429 or 503 or 504))
        {
            recorder.CountUnexpected($"watch {code}: {text}");
        }
    }

    /// <summary>One watcher as it grows.</summary>
    private sealed class Following(string name, string selector)
    {
        private readonly List<Run> runs = [];
        private Operation? list;

        /// <summary>What it has reached; 0 while it has no state to go on from.</summary>
        public long Reached { get; private set; }

        public bool IsOver { get; set; }

        public long MustReach { get; set; }

        public void Begin(Operation read) => (list, Reached) = (read, read.Revision);

        public Run Next(string silo)
        {
            var run = new Run(silo, Reached, Recorder.Now, []);
            runs.Add(run);
            return run;
        }

        public void Take(Run run, Frame frame)
        {
            lock (run.Frames)
            {
                run.Frames.Add(frame);
            }

            // The state at the beginning is nothing to go on from until it is whole.
            if (run.From > 0 || frame.EndsInitialState || Reached > 0)
            {
                Reached = frame.Object.Revision;
            }
        }

        public Watcher ToWatcher() => new()
        {
            Name = name,
            Selector = selector,
            Base = list,
            MustReach = IsOver ? 0 : MustReach,
            Streams = [.. runs.Select(run => new WatchRun { Silo = run.Silo, Begin = run.Began, From = run.From, BeginsWithState = run.From == 0, Frames = [.. run.Frames] })],
        };

        public sealed record Run(string Silo, long From, long Began, List<Frame> Frames);
    }
}
