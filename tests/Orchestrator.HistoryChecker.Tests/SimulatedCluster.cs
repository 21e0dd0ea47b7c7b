namespace Orchestrator.HistoryChecker.Tests;

/// <summary>A correct cluster in memory, with clients whose requests overlap: makes histories that keep every promise.</summary>
internal sealed class SimulatedCluster
{
    private const int Clients = 4;
    private const int Keys = 3;
    private static readonly string[] Labels = ["a", "b"];

    private readonly Random chance;
    private readonly SortedDictionary<string, Item> state = new(StringComparer.Ordinal);
    private readonly List<Change> log = [];
    private readonly List<Operation> done = [];
    private readonly Operation?[] running = new Operation?[Clients];
    private readonly bool[] effected = new bool[Clients];
    private readonly List<Follower> followers = [];
    private long now;
    private long ids;

    private SimulatedCluster(int seed) => chance = new Random(seed);

    private long Revision => log.Count;

    /// <summary>A history of so many steps.</summary>
    public static History Run(int seed, int steps)
    {
        var cluster = new SimulatedCluster(seed);
        for (var step = 0; step < steps; step++)
        {
            cluster.Step(cluster.chance.Next(Clients + 1));
        }

        cluster.Settle();
        return new History
        {
            Operations = cluster.done,
            Log = cluster.log,
            Watchers = [.. cluster.followers.Select((follower, number) => follower.ToWatcher($"watcher {number}", cluster.Revision))],
        };
    }

    private void Step(int client)
    {
        now++;
        if (client == Clients)
        {
            StepFollowers();
        }
        else if (running[client] is not { } operation)
        {
            (running[client], effected[client]) = (Begin(), false);
        }
        else if (!effected[client])
        {
            (running[client], effected[client]) = (Effect(operation), true);
        }
        else
        {
            // Sometimes the answer is lost, whatever it was.
            var lost = operation.IsWrite && chance.Next(10) == 0;
            done.Add(lost ? operation with { Outcome = Outcome.Unknown, End = long.MaxValue, Revision = 0, Items = [] } : operation with { End = now });
            running[client] = null;
        }
    }

    private Operation Begin()
    {
        var key = $"k{chance.Next(Keys)}";
        var id = ++ids;
        var verb = (Verb)chance.Next(5);
        var current = state.GetValueOrDefault(key);
        return new Operation
        {
            Id = id,
            Verb = verb,
            Key = verb == Verb.List ? "" : key,
            Value = verb is Verb.Create or Verb.Update ? $"v{id}" : "",
            Label = verb is Verb.Create or Verb.Update ? Labels[chance.Next(Labels.Length)] : "",
            Expected = verb is Verb.Update or Verb.Delete ? current?.Revision ?? 1 : 0,
            Selector = verb == Verb.List && chance.Next(2) == 0 ? "a" : "",
            Begin = now,
            End = now,
            Outcome = Outcome.Unknown,
        };
    }

    private Operation Effect(Operation operation)
    {
        var current = state.GetValueOrDefault(operation.Key);
        switch (operation.Verb)
        {
            case Verb.Get:
                return current is null ? operation with { Outcome = Outcome.NotFound } : operation with { Outcome = Outcome.Ok, Items = [current], Revision = current.Revision };
            case Verb.List:
                return operation with { Outcome = Outcome.Ok, Items = Chosen(operation.Selector), Revision = Revision };
            case Verb.Create when current is not null:
                return operation with { Outcome = Outcome.AlreadyExists };
            case Verb.Update or Verb.Delete when current is null:
                return operation with { Outcome = Outcome.NotFound };
            case Verb.Update or Verb.Delete when current.Revision != operation.Expected:
                return operation with { Outcome = Outcome.Conflict };
            case Verb.Delete:
                state.Remove(operation.Key);
                log.Add(new Change(Revision + 1, operation.Key, ChangeKind.Deleted, current!.Revision, current.Value, current.Label));
                return operation with { Outcome = Outcome.Ok };
            default:
                log.Add(new Change(Revision + 1, operation.Key, current is null ? ChangeKind.Added : ChangeKind.Modified, current?.Revision ?? 0, operation.Value, operation.Label));
                state[operation.Key] = new Item(operation.Key, Revision, operation.Value, operation.Label);
                return operation with { Outcome = Outcome.Ok, Revision = Revision };
        }
    }

    private Item[] Chosen(string selector) => [.. state.Values.Where(item => selector.Length == 0 || item.Label == selector)];

    private void StepFollowers()
    {
        if (followers.Count < 4)
        {
            var selector = followers.Count % 2 == 0 ? "" : "a";
            var list = new Operation { Id = ++ids, Verb = Verb.List, Selector = selector, Begin = now, End = now, Outcome = Outcome.Ok, Items = Chosen(selector), Revision = Revision };
            done.Add(list);
            followers.Add(new Follower(list));
        }

        foreach (var follower in followers.Where(_ => chance.Next(2) == 0))
        {
            follower.CatchUp(log, now);
            if (chance.Next(3) == 0)
            {
                follower.Resume(chance.Next(2) == 0 ? Revision : 0, now);
            }
        }
    }

    private void Settle()
    {
        for (var client = 0; client < Clients; client++)
        {
            while (running[client] is not null)
            {
                Step(client);
            }
        }

        foreach (var follower in followers)
        {
            follower.CatchUp(log, ++now);
            follower.Resume(Revision, now);
        }
    }

    /// <summary>Tells events as the textbook says, independently of how the checker expects them.</summary>
    private sealed class Follower(Operation list)
    {
        private readonly Dictionary<string, Item> known = list.Items.ToDictionary(item => item.Key);
        private readonly List<WatchRun> runs = [];
        private List<Frame> frames = [];
        private long from = list.Revision;
        private long read = list.Revision;

        public void CatchUp(List<Change> log, long now)
        {
            foreach (var change in log.Skip((int)read))
            {
                var item = new Item(change.Key, change.Revision, change.Value, change.Label);
                var chosen = change.Kind != ChangeKind.Deleted && (list.Selector.Length == 0 || list.Selector == change.Label);
                if (chosen)
                {
                    frames.Add(new Frame(known.ContainsKey(change.Key) ? FrameKind.Modified : FrameKind.Added, now, item));
                    known[change.Key] = item;
                }
                else if (known.Remove(change.Key, out var gone))
                {
                    frames.Add(new Frame(FrameKind.Deleted, now, gone with { Revision = change.Revision }));
                }
            }

            read = log.Count;
        }

        public void Resume(long bookmark, long now)
        {
            if (bookmark > 0 && bookmark == read)
            {
                frames.Add(new Frame(FrameKind.Bookmark, now, new Item("", bookmark, "", "")));
            }

            runs.Add(new WatchRun { From = from, Frames = frames });
            from = frames.Count == 0 ? from : frames[^1].Object.Revision;
            frames = [];
        }

        public Watcher ToWatcher(string name, long mustReach) =>
            new() { Name = name, Selector = list.Selector, Base = list, Streams = runs, MustReach = mustReach };
    }
}
