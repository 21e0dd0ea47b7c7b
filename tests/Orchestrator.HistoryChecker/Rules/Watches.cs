namespace Orchestrator.HistoryChecker.Rules;

/// <summary>A watch tells every chosen change once, whole and in order; its bookmarks say only what is true; it goes on where it ended.</summary>
internal static class Watches
{
    public static IEnumerable<Violation> Check(History history, LogIndex log, Timeline timeline) =>
        history.Watchers.SelectMany(watcher => CheckWatcher(watcher, log, timeline));

    private static IEnumerable<Violation> CheckWatcher(Watcher watcher, LogIndex log, Timeline timeline)
    {
        var reached = watcher.Base?.Revision ?? 0;
        foreach (var stream in watcher.Streams)
        {
            if (!stream.BeginsWithState && stream.From != reached)
            {
                yield return new Violation("watch.resumable", $"{watcher.Name} had reached {reached} and went on from {stream.From}");
            }

            var follower = new Follower(watcher, stream, log);
            foreach (var violation in follower.Follow(timeline))
            {
                yield return violation;
            }

            reached = follower.Reached;
        }

        if (watcher.MustReach > reached)
        {
            yield return new Violation("watch.reliable", $"{watcher.Name} came only to {reached} of {watcher.MustReach}");
        }
    }

    private sealed class Follower(Watcher watcher, WatchRun stream, LogIndex log)
    {
        private Queue<Frame> expected = new();
        private long last;

        public long Reached { get; private set; } = stream.From;

        public Violation[] Follow(Timeline timeline)
        {
            var frames = stream.Frames.AsEnumerable();
            if (stream.BeginsWithState)
            {
                var state = stream.Frames.TakeWhile(frame => !frame.EndsInitialState).ToArray();
                if (state.Length == stream.Frames.Count)
                {
                    // It ended before its beginning was told; nothing can be said of it, and nothing is resumed from it.
                    Reached = 0;
                    return [];
                }

                Reached = stream.Frames[state.Length].Object.Revision;
                if (InitialState(state, timeline) is { } violation)
                {
                    return [violation];
                }

                frames = stream.Frames.Skip(state.Length + 1);
            }

            last = Reached;
            expected = new Queue<Frame>(log.Changes.Where(change => change.Revision > Reached)
                .Select(change => log.FrameOf(change, watcher.Selector)).OfType<Frame>());

            // The first fault of a stream makes what follows meaningless.
            return frames.Select(Judge).OfType<Violation>().Take(1).ToArray();
        }

        private Violation? InitialState(Frame[] state, Timeline timeline)
        {
            if (timeline.SeenBefore(stream.Begin) is var seen && Reached < seen)
            {
                return Broken("read.fresh", $"began with the state at {Reached} when {seen} had been seen");
            }

            return StateDifference.Find(log.StateAt(Reached, watcher.Selector), [.. state.Select(frame => frame.Object)]) is { } difference
                ? Broken("watch.atomic", $"began with another state than that at {Reached}: {difference}")
                : null;
        }

        private Violation? Judge(Frame frame)
        {
            var revision = frame.Object.Revision;
            if (frame.Kind == FrameKind.Bookmark)
            {
                var missing = expected.TryPeek(out var next) && next.Object.Revision <= revision ? next : null;
                var fault = revision < last ? Broken("watch.bookmarkable", $"a bookmark says {revision} after {last}")
                    : missing is not null ? Broken("watch.bookmarkable", $"a bookmark says {revision} before {missing.Object} was told")
                    : null;
                (last, Reached) = (revision, revision);
                return fault;
            }

            if (revision <= last)
            {
                return revision == last
                    ? Broken("watch.unique", $"{frame.Object} came again, or after the bookmark that covers it")
                    : Broken("watch.ordered", $"{frame.Object} came after revision {last}");
            }

            (last, Reached) = (revision, revision);
            if (!expected.TryPeek(out var wanted) || wanted.Object.Revision > revision)
            {
                return Broken("watch.filtered", $"{frame.Kind} {frame.Object} is not for this watcher, or never happened");
            }

            if (wanted.Object.Revision < revision)
            {
                return Broken("watch.reliable", $"{wanted.Kind} {wanted.Object} was left out before {frame.Object}");
            }

            expected.Dequeue();
            return wanted.Kind == frame.Kind && wanted.Object == frame.Object
                ? null
                : Broken("watch.atomic", $"{frame.Kind} {frame.Object} should be {wanted.Kind} {wanted.Object}");
        }

        private Violation Broken(string rule, string what) =>
            new(rule, $"{watcher.Name} (selector '{watcher.Selector}', through {stream.Silo} from {stream.From}): {what}");
    }
}
