namespace Orchestrator.HistoryChecker.Rules;

/// <summary>A list at R and the watch from R make the list at any later R'. Judged by what clients saw alone, without the log.</summary>
internal static class ListAndWatch
{
    public static IEnumerable<Violation> Check(History history)
    {
        var lists = history.Operations.Where(operation => operation is { Verb: Verb.List, Outcome: Outcome.Ok })
            .OrderBy(operation => operation.Revision)
            .ToLookup(operation => operation.Selector);
        return history.Watchers.Where(watcher => watcher.Base is not null).Select(watcher => Check(watcher, lists[watcher.Selector])).OfType<Violation>();
    }

    private static Violation? Check(Watcher watcher, IEnumerable<Operation> lists)
    {
        var state = watcher.Base!.Items.ToDictionary(item => item.Key, StringComparer.Ordinal);
        var frames = watcher.Streams.SelectMany(stream => stream.Frames).ToArray();
        var reached = frames.Length == 0 ? watcher.Base.Revision : frames.Max(frame => frame.Object.Revision);
        var next = 0;
        foreach (var list in lists.Where(list => list.Revision >= watcher.Base.Revision && list.Revision <= reached))
        {
            for (; next < frames.Length && frames[next].Object.Revision <= list.Revision; next++)
            {
                Apply(state, frames[next]);
            }

            if (StateDifference.Find(state, list.Items) is { } difference)
            {
                return new Violation("list.watch", $"{watcher.Name} made another list of {list.Revision} than {list}: {difference}");
            }
        }

        return null;
    }

    private static void Apply(Dictionary<string, Item> state, Frame frame)
    {
        if (frame.Kind == FrameKind.Deleted)
        {
            state.Remove(frame.Object.Key);
        }
        else if (frame.Kind != FrameKind.Bookmark)
        {
            state[frame.Object.Key] = frame.Object;
        }
    }
}
