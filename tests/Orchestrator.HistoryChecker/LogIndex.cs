namespace Orchestrator.HistoryChecker;

/// <summary>The change log, made quick to ask: what was an object at a revision, and when.</summary>
internal sealed class LogIndex
{
    private readonly Dictionary<string, List<Change>> byKey = new(StringComparer.Ordinal);

    public LogIndex(History history)
    {
        Start = history.LogStart;
        Changes = history.Log;
        End = history.Log.Count == 0 ? history.LogStart : history.Log[^1].Revision;
        foreach (var change in history.Log.Where(change => change.Key.Length > 0))
        {
            if (!byKey.TryGetValue(change.Key, out var versions))
            {
                byKey.Add(change.Key, versions = []);
            }

            versions.Add(change);
        }
    }

    /// <summary>The revision before the first change.</summary>
    public long Start { get; }

    /// <summary>The last revision.</summary>
    public long End { get; }

    /// <summary>All changes in order.</summary>
    public IReadOnlyList<Change> Changes { get; }

    /// <summary>The objects that ever were.</summary>
    public IEnumerable<string> Keys => byKey.Keys;

    /// <summary>The changes of an object in order.</summary>
    public IReadOnlyList<Change> Of(string key) => byKey.TryGetValue(key, out var versions) ? versions : [];

    /// <summary>The object at a revision, or null when there was none.</summary>
    public Item? At(string key, long revision)
    {
        var versions = Of(key);
        var number = CountUntil(versions, revision);
        return number == 0 ? null : ItemOf(versions[number - 1]);
    }

    /// <summary>All chosen objects at a revision, by key.</summary>
    public Dictionary<string, Item> StateAt(long revision, string selector) => Keys
        .Select(key => At(key, revision))
        .OfType<Item>()
        .Where(item => Selects(selector, item))
        .ToDictionary(item => item.Key, StringComparer.Ordinal);

    /// <summary>True when at some revision of the closed interval the object (null: none) was so.</summary>
    public bool EverIn(string key, long low, long high, Func<Item?, bool> so)
    {
        if (low > high)
        {
            return false;
        }

        var versions = Of(key);
        for (var index = CountUntil(versions, low); index < versions.Count && versions[index].Revision <= high; index++)
        {
            if (so(ItemOf(versions[index])))
            {
                return true;
            }
        }

        return so(At(key, low));
    }

    /// <summary>True when a selector chooses an object.</summary>
    public static bool Selects(string selector, Item item) => selector.Length == 0 || selector == item.Label;

    /// <summary>What a watcher with a selector must be told of a change; null: nothing.</summary>
    public Frame? FrameOf(Change change, string selector)
    {
        if (change.Key.Length == 0)
        {
            return null;
        }

        var before = At(change.Key, change.Revision - 1) is { } previous && Selects(selector, previous) ? previous : null;
        var now = ItemOf(change) is { } changed && Selects(selector, changed) ? changed : null;
        return (before, now) switch
        {
            (null, null) => null,
            (null, { } added) => new Frame(FrameKind.Added, 0, added),
            ({ } gone, null) => new Frame(FrameKind.Deleted, 0, gone with { Revision = change.Revision }),
            (_, { } modified) => new Frame(FrameKind.Modified, 0, modified),
        };
    }

    private static Item? ItemOf(Change change) =>
        change.Kind == ChangeKind.Deleted ? null : new Item(change.Key, change.Revision, change.Value, change.Label);

    private static int CountUntil(IReadOnlyList<Change> versions, long revision)
    {
        var (low, high) = (0, versions.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = versions[middle].Revision <= revision ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
