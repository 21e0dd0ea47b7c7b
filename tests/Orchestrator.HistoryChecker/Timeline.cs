namespace Orchestrator.HistoryChecker;

/// <summary>Which revisions real time allows: what anybody had seen before a moment, and what was only asked for after it.</summary>
internal sealed class Timeline
{
    // Sorted by time; the revision is the highest so far (seen) or the lowest from there on (asked).
    private readonly (long Time, long Revision)[] seen;
    private readonly (long Time, long Revision)[] asked;

    public Timeline(History history, IReadOnlyDictionary<long, Change> writes)
    {
        var sightings = new List<(long Time, long Revision)>();
        foreach (var operation in history.Operations.Where(operation => operation.Outcome == Outcome.Ok))
        {
            var revision = writes.TryGetValue(operation.Id, out var change) ? change.Revision : operation.Revision;
            sightings.Add((operation.End, operation.Items.Select(item => item.Revision).Append(revision).Max()));
        }

        sightings.AddRange(
            from watcher in history.Watchers
            from stream in watcher.Streams
            from frame in stream.Frames
            select (frame.At, frame.Object.Revision));
        seen = [.. sightings.OrderBy(sighting => sighting.Time)];
        for (var index = 1; index < seen.Length; index++)
        {
            seen[index].Revision = Math.Max(seen[index].Revision, seen[index - 1].Revision);
        }

        asked = [.. history.Operations.Where(operation => writes.ContainsKey(operation.Id))
            .Select(operation => (operation.Begin, writes[operation.Id].Revision))
            .OrderBy(write => write.Begin)];
        for (var index = asked.Length - 2; index >= 0; index--)
        {
            asked[index].Revision = Math.Min(asked[index].Revision, asked[index + 1].Revision);
        }
    }

    /// <summary>The highest revision that anybody had been told of before a moment.</summary>
    public long SeenBefore(long time)
    {
        var index = FirstFrom(seen, time);
        return index == 0 ? 0 : seen[index - 1].Revision;
    }

    /// <summary>The last revision that a state shown up to a moment may have: the first write that was asked for afterwards is not in it.</summary>
    public long PossibleUntil(long time, long otherwise)
    {
        if (time == long.MaxValue)
        {
            return otherwise;
        }

        var index = FirstFrom(asked, time + 1);
        return index == asked.Length ? otherwise : asked[index].Revision - 1;
    }

    private static int FirstFrom((long Time, long Revision)[] sorted, long time)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = sorted[middle].Time < time ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
