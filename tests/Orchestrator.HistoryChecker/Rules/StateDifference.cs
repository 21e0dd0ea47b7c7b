namespace Orchestrator.HistoryChecker.Rules;

/// <summary>Compares a state with what was shown of it.</summary>
internal static class StateDifference
{
    /// <summary>The first difference in words, or null.</summary>
    public static string? Find(IReadOnlyDictionary<string, Item> expected, IReadOnlyCollection<Item> shown)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in shown)
        {
            if (!seen.Add(item.Key))
            {
                return $"{item.Key} is there twice";
            }

            if (!expected.TryGetValue(item.Key, out var wanted))
            {
                return $"{item} should not be there";
            }

            if (wanted != item)
            {
                return $"{item} should be {wanted}";
            }
        }

        return expected.Values.FirstOrDefault(item => !seen.Contains(item.Key)) is { } missing ? $"{missing} is missing" : null;
    }
}
