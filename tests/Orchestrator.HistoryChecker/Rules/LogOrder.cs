namespace Orchestrator.HistoryChecker.Rules;

/// <summary>The log of all silos is one: revisions unique and without a gap, each change on top of the one before.</summary>
internal static class LogOrder
{
    public static IEnumerable<Violation> Check(LogIndex log)
    {
        var last = log.Start;
        foreach (var change in log.Changes)
        {
            if (change.Revision <= last)
            {
                yield return new Violation("log.unique", $"revision {change.Revision} comes after {last}");
            }
            else if (change.Revision != last + 1)
            {
                yield return new Violation("log.gapless", $"revision {change.Revision} follows {last}");
            }

            last = Math.Max(last, change.Revision);
        }

        foreach (var violation in log.Keys.SelectMany(key => CheckObject(key, log.Of(key))))
        {
            yield return violation;
        }
    }

    private static IEnumerable<Violation> CheckObject(string key, IReadOnlyList<Change> changes)
    {
        var current = 0L;
        foreach (var change in changes)
        {
            if (change.Previous != current || (change.Kind == ChangeKind.Added) != (current == 0))
            {
                yield return new Violation("log.chain", $"{key}: {change.Kind} at {change.Revision} replaces {change.Previous}, but {current} stood");
            }

            current = change.Kind == ChangeKind.Deleted ? 0 : change.Revision;
        }
    }
}
