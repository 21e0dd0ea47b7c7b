namespace Orchestrator.HistoryChecker.Rules;

/// <summary>Compare-and-swap is linearizable: what was acknowledged is in the log, in the order of real time, and what was refused had a reason.</summary>
internal static class Writes
{
    public static IEnumerable<Violation> Check(History history, LogIndex log, IReadOnlyDictionary<long, Change> committed, Timeline timeline)
    {
        foreach (var operation in history.Operations.Where(operation => operation.IsWrite))
        {
            var change = committed.GetValueOrDefault(operation.Id);
            var violation = (operation.Outcome, change) switch
            {
                (Outcome.Ok, null) => new Violation("write.durable", $"{operation} was acknowledged and is not in the log"),
                (_, not null) => Order(operation, change, log, timeline),
                (Outcome.Conflict or Outcome.AlreadyExists or Outcome.NotFound, _) => Refusal(operation, log, timeline),
                _ => null,
            };
            if (violation is not null)
            {
                yield return violation;
            }
        }
    }

    private static Violation? Order(Operation operation, Change change, LogIndex log, Timeline timeline)
    {
        if (operation.Revision > 0 && operation.Revision != change.Revision)
        {
            return new Violation("write.revision", $"{operation} is revision {change.Revision} in the log");
        }

        if (timeline.SeenBefore(operation.Begin) is var seen && change.Revision <= seen)
        {
            return new Violation("write.order", $"{operation} got revision {change.Revision}, but {seen} had been seen before it was asked for");
        }

        // What was asked for after the answer comes later. The write itself was asked for before its answer.
        return timeline.PossibleUntil(operation.End, log.End) is var last && change.Revision > last
            ? new Violation("write.order", $"{operation} got revision {change.Revision}, but a write that was asked for after its answer is {last + 1}")
            : null;
    }

    private static Violation? Refusal(Operation operation, LogIndex log, Timeline timeline)
    {
        var (low, high) = (Math.Max(timeline.SeenBefore(operation.Begin), log.Start), timeline.PossibleUntil(operation.End, log.End));
        var justified = log.EverIn(operation.Key, low, high, item => operation.Outcome switch
        {
            Outcome.AlreadyExists => item is not null,
            Outcome.NotFound => item is null,
            _ => item is not null && item.Revision != operation.Expected,
        });
        return justified ? null : new Violation("cas.refusal", $"{operation}: between {low} and {high} nothing was in its way");
    }
}
