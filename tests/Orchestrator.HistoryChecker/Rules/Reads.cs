namespace Orchestrator.HistoryChecker.Rules;

/// <summary>A read shows one state that was, and one as new as was asked for.</summary>
internal static class Reads
{
    public static IEnumerable<Violation> Check(History history, LogIndex log, Timeline timeline)
    {
        foreach (var operation in history.Operations)
        {
            var violation = (operation.Verb, operation.Outcome) switch
            {
                (Verb.Get, Outcome.Ok or Outcome.NotFound) => Get(operation, log, timeline),
                (Verb.List, Outcome.Ok) => List(operation, log, timeline),
                _ => null,
            };
            if (violation is not null)
            {
                yield return violation;
            }
        }
    }

    /// <summary>The revisions of which one must have been shown.</summary>
    private static (long Low, long High) Window(Operation operation, LogIndex log, Timeline timeline)
    {
        var high = timeline.PossibleUntil(operation.End, log.End);
        return operation.Freshness switch
        {
            Freshness.Newest => (Math.Max(log.Start, timeline.SeenBefore(operation.Begin)), high),
            Freshness.NotOlderThan => (Math.Max(log.Start, operation.Wanted), high),
            Freshness.Exact => (operation.Wanted, operation.Wanted),
            _ => (log.Start, high),
        };
    }

    private static Violation? Get(Operation operation, LogIndex log, Timeline timeline)
    {
        var (low, high) = Window(operation, log, timeline);
        var shown = operation.Outcome == Outcome.NotFound ? null : operation.Items[0];
        return log.EverIn(operation.Key, low, high, item => item == shown)
            ? null
            : new Violation(RuleOf(operation), $"{operation} showed {shown?.ToString() ?? "nothing"}, which it was not between {low} and {high}");
    }

    private static Violation? List(Operation operation, LogIndex log, Timeline timeline)
    {
        var (low, high) = Window(operation, log, timeline);
        if (operation.Revision < low || operation.Revision > high)
        {
            return new Violation(RuleOf(operation), $"{operation} is of revision {operation.Revision}, which is not between {low} and {high}");
        }

        return StateDifference.Find(log.StateAt(operation.Revision, operation.Selector), operation.Items) is { } difference
            ? new Violation("list.atomic", $"{operation} with '{operation.Selector}': {difference}")
            : null;
    }

    private static string RuleOf(Operation operation) => operation.Freshness switch
    {
        Freshness.Exact => "read.exact",
        Freshness.Any => "read.real",
        _ => "read.fresh",
    };
}
