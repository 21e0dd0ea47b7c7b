using Orchestrator.HistoryChecker.Rules;

namespace Orchestrator.HistoryChecker;

/// <summary>Judges a history: operations in, broken promises out.</summary>
public static class HistoryCheck
{
    /// <summary>All violations; none for a history that keeps every promise.</summary>
    public static IReadOnlyList<Violation> Run(History history)
    {
        var log = new LogIndex(history);
        var matches = WriteMatches.Of(history, log);
        var timeline = new Timeline(history, matches.Committed);
        return
        [
            .. LogOrder.Check(log),
            .. matches.Violations,
            .. Writes.Check(history, log, matches.Committed, timeline),
            .. Reads.Check(history, log, timeline),
            .. Watches.Check(history, log, timeline),
            .. ListAndWatch.Check(history),
        ];
    }
}
