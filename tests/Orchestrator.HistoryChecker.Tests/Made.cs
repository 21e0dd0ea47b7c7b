namespace Orchestrator.HistoryChecker.Tests;

/// <summary>A small valid history to break: two objects, every verb, a reader of each freshness, a watcher of all and one of label a.</summary>
internal static class Made
{
    public const long Never = long.MaxValue;

    public static History History { get; } = new()
    {
        LogStart = 10,
        Log =
        [
            new Change(11, "x", ChangeKind.Added, 0, "x1", "a"),
            new Change(12, "y", ChangeKind.Added, 0, "y1", "b"),
            new Change(13, "x", ChangeKind.Modified, 11, "x2", "b"),
            new Change(14, "", ChangeKind.Added, 0, "", ""),
            new Change(15, "x", ChangeKind.Modified, 13, "x3", "a"),
            new Change(16, "y", ChangeKind.Deleted, 12, "y1", "b"),
        ],
        Operations =
        [
            Write(1, Verb.Create, "x", "x1", "a", 0, 1, 2, 11),
            Write(2, Verb.Create, "y", "y1", "b", 0, 3, 4, 12),
            Write(3, Verb.Update, "x", "x2", "b", 11, 5, 6, 13),
            Write(4, Verb.Update, "x", "lost", "b", 11, 7, 8, 0) with { Outcome = Outcome.Conflict },
            Write(5, Verb.Create, "x", "again", "b", 0, 9, 10, 0) with { Outcome = Outcome.AlreadyExists },
            Write(6, Verb.Update, "x", "x3", "a", 13, 11, Never, 0) with { Outcome = Outcome.Unknown },
            Read(7, Verb.Get, "x", 20, 21, new Item("x", 15, "x3", "a")),
            Write(8, Verb.Delete, "y", "", "", 12, 22, 23, 0),
            Write(9, Verb.Delete, "y", "", "", 12, 24, 25, 0) with { Outcome = Outcome.NotFound },
            Read(10, Verb.Get, "y", 26, 27) with { Outcome = Outcome.NotFound },
            Read(11, Verb.List, "", 28, 29, new Item("x", 15, "x3", "a")) with { Revision = 16 },
            Read(12, Verb.Get, "x", 30, 31, new Item("x", 11, "x1", "a")) with { Freshness = Freshness.Any },
            Read(13, Verb.List, "", 32, 33, new Item("x", 13, "x2", "b"), new Item("y", 12, "y1", "b")) with { Freshness = Freshness.Exact, Wanted = 14, Revision = 14 },
            Read(14, Verb.Get, "x", 34, 35, new Item("x", 15, "x3", "a")) with { Freshness = Freshness.NotOlderThan, Wanted = 15 },
            Read(15, Verb.List, "", 36, 37, new Item("x", 15, "x3", "a")) with { Revision = 16, Selector = "a" },
        ],
        Watchers =
        [
            new Watcher
            {
                Name = "all", Base = EmptyList(""), MustReach = 16,
                Streams =
                [
                    new WatchRun { From = 10, Frames = [Event(FrameKind.Added, "x", 11, "x1", "a"), Event(FrameKind.Added, "y", 12, "y1", "b"), Event(FrameKind.Modified, "x", 13, "x2", "b"), Mark(14)] },
                    new WatchRun { From = 14, Frames = [Event(FrameKind.Modified, "x", 15, "x3", "a"), Event(FrameKind.Deleted, "y", 16, "y1", "b")] },
                ],
            },
            new Watcher
            {
                Name = "a", Selector = "a", Base = EmptyList("a"), MustReach = 16,
                Streams = [new WatchRun { From = 10, Frames = [Event(FrameKind.Added, "x", 11, "x1", "a"), Event(FrameKind.Deleted, "x", 13, "x1", "a"), Event(FrameKind.Added, "x", 15, "x3", "a"), Mark(16)] }],
            },
            new Watcher
            {
                Name = "state", MustReach = 16,
                Streams =
                [
                    new WatchRun
                    {
                        From = 0, BeginsWithState = true, Begin = 4,
                        Frames =
                        [
                            Event(FrameKind.Added, "x", 11, "x1", "a"), Event(FrameKind.Added, "y", 12, "y1", "b"), Mark(12) with { EndsInitialState = true },
                            Event(FrameKind.Modified, "x", 13, "x2", "b"), Event(FrameKind.Modified, "x", 15, "x3", "a"), Event(FrameKind.Deleted, "y", 16, "y1", "b"),
                        ],
                    },
                ],
            },
        ],
    };

    public static Operation Write(long id, Verb verb, string key, string value, string label, long expected, long begin, long end, long revision) => new()
    {
        Id = id, Verb = verb, Key = key, Value = value, Label = label, Expected = expected, Begin = begin, End = end, Outcome = Outcome.Ok, Revision = revision,
    };

    public static Operation Read(long id, Verb verb, string key, long begin, long end, params Item[] items) => new()
    {
        Id = id, Verb = verb, Key = key, Begin = begin, End = end, Outcome = Outcome.Ok, Items = items,
    };

    public static Frame Event(FrameKind kind, string key, long revision, string value, string label) => new(kind, 100, new Item(key, revision, value, label));

    public static Frame Mark(long revision) => new(FrameKind.Bookmark, 100, new Item("", revision, "", ""));

    private static Operation EmptyList(string selector) => new()
    {
        Id = selector.Length + 100, Verb = Verb.List, Selector = selector, Begin = 0, End = 0, Outcome = Outcome.Ok, Revision = 10,
    };
}
