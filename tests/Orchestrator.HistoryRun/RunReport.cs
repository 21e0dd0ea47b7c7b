using System.Diagnostics;
using System.Globalization;
using System.Text;
using Orchestrator.HistoryChecker;
using Orchestrator.HistoryRun.Faults;
using Orchestrator.HistoryRun.Load;

namespace Orchestrator.HistoryRun;

/// <summary>What a run came to.</summary>
public sealed class RunReport
{
    private readonly History history;
    private readonly Recorder recorder;
    private readonly IReadOnlyList<FaultReport> faults;
    private readonly TimeSpan checking;

    internal RunReport(History history, IReadOnlyList<Violation> violations, Recorder recorder, IReadOnlyList<FaultReport> faults, TimeSpan checking)
    {
        (this.history, Violations, this.recorder, this.faults, this.checking) = (history, violations, recorder, faults, checking);
    }

    /// <summary>Broken promises.</summary>
    public IReadOnlyList<Violation> Violations { get; }

    /// <summary>Answers that no fault explains.</summary>
    public IReadOnlyCollection<string> Unexpected => [.. recorder.Unexpected.Select(answer => $"{answer.Value} x {answer.Key}")];

    /// <summary>How many answers no fault explains.</summary>
    public int UnexpectedAnswers => recorder.Unexpected.Values.Sum();

    /// <summary>True when all is as promised.</summary>
    public bool IsGood => Violations.Count == 0 && Unexpected.Count == 0;

    /// <summary>How many operations were acknowledged.</summary>
    public int Acknowledged => history.Operations.Count(operation => operation.Outcome == Outcome.Ok);

    /// <summary>How often a silo was declared dead, be it frozen for long or on a starved machine, and started again.</summary>
    public int Evictions { get; init; }

    /// <summary>How many faults there were.</summary>
    public int Faults => faults.Count;

    /// <inheritdoc />
    public override string ToString()
    {
        var text = new StringBuilder();
        var frames = history.Watchers.SelectMany(watcher => watcher.Streams).Sum(stream => stream.Frames.Count);
        text.AppendLine(CultureInfo.InvariantCulture, $"{history.Operations.Count} operations, {history.Log.Count} revisions, {history.Watchers.Count} watchers with {history.Watchers.Sum(watcher => watcher.Streams.Count)} streams and {frames} frames, {faults.Count} faults, {Evictions} silos declared dead and started again; judged in {checking.TotalSeconds:F1} s");
        text.AppendLine(string.Join(", ", history.Operations.GroupBy(operation => operation.Outcome).OrderBy(group => group.Key).Select(group => $"{group.Key} {group.Count()}")));
        foreach (var group in faults.GroupBy(fault => fault.Name))
        {
            var hindered = group.Select(Hindered).ToArray();
            text.AppendLine(CultureInfo.InvariantCulture, $"  {group.Key}: {hindered.Length} times, last hindered request over after {hindered.Average():F1} s on average, {hindered.Max():F1} s at most");
        }

        Section(text, "failures that faults explain", recorder.Failures.Select(failure => $"{failure.Value} x {failure.Key}"), 20);
        Section(text, "unexpected answers", Unexpected, 50);
        Section(text, "violations", Violations.Select(violation => $"{violation.Rule}: {violation.Message}"), 50);
        return text.ToString();
    }

    private static void Section(StringBuilder text, string title, IEnumerable<string> lines, int most)
    {
        var all = lines.ToArray();
        text.AppendLine(CultureInfo.InvariantCulture, $"{all.Length} {title}");
        foreach (var line in all.Take(most))
        {
            text.Append("  ").AppendLine(line.Length > 600 ? line[..600] : line);
        }
    }

    /// <summary>Seconds from a fault's beginning until the last request through another silo that it held up was answered.</summary>
    private double Hindered(FaultReport fault)
    {
        var slow = Stopwatch.Frequency / 2;
        return recorder.Timings
            .Where(timing => timing.Silo != fault.Victim && timing.Begin <= fault.End && timing.End > fault.Begin && timing.End - timing.Begin > slow)
            .Select(timing => Stopwatch.GetElapsedTime(fault.Begin, timing.End).TotalSeconds)
            .DefaultIfEmpty(0)
            .Max();
    }
}
