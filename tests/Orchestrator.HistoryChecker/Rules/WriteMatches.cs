namespace Orchestrator.HistoryChecker.Rules;

/// <summary>Which request made which change: a written value is unique, and so is the revision that a removal takes away.</summary>
/// <param name="Committed">The change of each request that took effect, by the request's id.</param>
/// <param name="Violations">Changes that nobody asked for, that a refused request made, or that were made twice.</param>
internal sealed record WriteMatches(IReadOnlyDictionary<long, Change> Committed, IReadOnlyList<Violation> Violations)
{
    public static WriteMatches Of(History history, LogIndex log)
    {
        var violations = new List<Violation>();
        var committed = new Dictionary<long, Change>();
        var byValue = history.Operations.Where(operation => operation.Verb is Verb.Create or Verb.Update)
            .ToDictionary(operation => operation.Value, StringComparer.Ordinal);
        var removals = history.Operations.Where(operation => operation.Verb == Verb.Delete)
            .OrderBy(operation => operation.Begin)
            .ToLookup(operation => (operation.Key, operation.Expected));
        foreach (var change in log.Changes.Where(change => change.Key.Length > 0))
        {
            if (change.Kind == ChangeKind.Deleted)
            {
                MatchRemoval(change, [.. removals[(change.Key, change.Previous)]]);
            }
            else
            {
                MatchValue(change, byValue.GetValueOrDefault(change.Value));
            }
        }

        return new WriteMatches(committed, violations);

        void MatchValue(Change change, Operation? asked)
        {
            var kind = change.Kind == ChangeKind.Added ? Verb.Create : Verb.Update;
            if (asked is null || asked.Key != change.Key || asked.Verb != kind || asked.Label != change.Label || asked.Expected != change.Previous)
            {
                violations.Add(new Violation("write.asked", $"nobody asked for revision {change.Revision}: {change} ({asked})"));
            }
            else if (asked.Outcome is not (Outcome.Ok or Outcome.Unknown))
            {
                violations.Add(new Violation("write.refused", $"{asked} was refused and is revision {change.Revision} all the same"));
            }
            else if (!committed.TryAdd(asked.Id, change))
            {
                violations.Add(new Violation("write.once", $"{asked} was done twice: {committed[asked.Id].Revision} and {change.Revision}"));
            }
        }

        // Several may have asked for the same removal. An acknowledged one has it; else it was one of those that do not know,
        // and the first of them forbids least.
        void MatchRemoval(Change change, Operation[] asked)
        {
            var acknowledged = asked.Where(operation => operation.Outcome == Outcome.Ok).ToArray();
            if (acknowledged.Length > 1)
            {
                violations.Add(new Violation("cas.once", $"{change} was acknowledged to {acknowledged.Length}: {string.Join("; ", (object[])acknowledged)}"));
            }

            if ((acknowledged.FirstOrDefault() ?? asked.FirstOrDefault(operation => operation.Outcome == Outcome.Unknown)) is not { } owner)
            {
                violations.Add(new Violation("write.asked", $"nobody removed {change.Key} at revision {change.Revision}"));
            }
            else
            {
                committed[owner.Id] = change;
            }
        }
    }
}
