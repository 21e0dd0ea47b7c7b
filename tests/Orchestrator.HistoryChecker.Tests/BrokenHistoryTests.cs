namespace Orchestrator.HistoryChecker.Tests;

/// <summary>Each way to break a promise is caught, and by the rule that is about it.</summary>
public sealed class BrokenHistoryTests
{
    [Fact]
    public void The_history_to_break_is_whole() => Assert.Empty(HistoryCheck.Run(Made.History));

    // The log and the writes in it.
    [Fact]
    public void A_hole_in_the_log() => Broken("log.gapless", Log(log => [.. log.Where(change => change.Revision != 14)]));

    [Fact]
    public void A_revision_given_twice() => Broken("log.unique", Log(log => [.. log[..4], log[4] with { Revision = 14 }, log[5]]));

    [Fact]
    public void A_write_over_a_state_that_was_not_there() => Broken("log.chain", Log(log => [.. log[..4], log[4] with { Previous = 11 }, log[5]]));

    [Fact]
    public void A_change_that_nobody_asked_for() =>
        Broken("write.asked", Log(log => [.. log, new Change(17, "z", ChangeKind.Added, 0, "ghost", "a")]));

    [Fact]
    public void A_removal_that_nobody_asked_for() =>
        Broken("write.asked", Log(log => [.. log, new Change(17, "x", ChangeKind.Deleted, 15, "x3", "a")]));

    [Fact]
    public void A_write_that_took_effect_with_another_content() => Broken("write.asked", Log(log => [log[0] with { Label = "b" }, .. log[1..]]));

    [Fact]
    public void A_write_that_was_refused_and_done() => Broken("write.refused", With(3, write => write with { Outcome = Outcome.Conflict, Revision = 0 }));

    [Fact]
    public void A_write_that_nobody_acknowledged_and_that_is_there_twice() =>
        Broken("write.once", Made.History with
        {
            Log = [.. Made.History.Log, new Change(17, "x", ChangeKind.Deleted, 15, "x3", "a"), new Change(18, "x", ChangeKind.Added, 0, "x9", "a"), new Change(19, "x", ChangeKind.Deleted, 18, "x9", "a"), new Change(20, "x", ChangeKind.Added, 0, "x9", "a")],
            Operations =
            [
                .. Made.History.Operations,
                Made.Write(30, Verb.Delete, "x", "", "", 15, 40, Made.Never, 0) with { Outcome = Outcome.Unknown },
                Made.Write(31, Verb.Create, "x", "x9", "a", 0, 41, Made.Never, 0) with { Outcome = Outcome.Unknown },
                Made.Write(32, Verb.Delete, "x", "", "", 18, 42, Made.Never, 0) with { Outcome = Outcome.Unknown },
            ],
        });

    [Fact]
    public void An_acknowledged_write_that_is_lost() =>
        Broken("write.durable", Made.History with { Operations = [.. Made.History.Operations, Made.Write(30, Verb.Create, "z", "z1", "a", 0, 40, 41, 17)] });

    [Fact]
    public void An_acknowledged_removal_that_is_lost() =>
        Broken("write.durable", Made.History with { Operations = [.. Made.History.Operations, Made.Write(30, Verb.Delete, "x", "", "", 15, 40, 41, 0)] });

    [Fact]
    public void A_write_acknowledged_with_another_revision() => Broken("write.revision", With(3, write => write with { Revision = 14 }));

    [Fact]
    public void A_write_that_is_older_than_what_was_seen_before_it() => Broken("write.order", With(3, write => write with { Begin = 22, End = 23 }));

    [Fact]
    public void A_write_of_one_silo_ordered_behind_a_later_one_of_another() =>
        Broken("write.order", Made.History with
        {
            Log = [.. Made.History.Log, new Change(17, "p", ChangeKind.Added, 0, "later", "a"), new Change(18, "q", ChangeKind.Added, 0, "sooner", "a")],
            Operations =
            [
                .. Made.History.Operations,
                Made.Write(30, Verb.Create, "q", "sooner", "a", 0, 40, 41, 18),
                Made.Write(31, Verb.Create, "p", "later", "a", 0, 42, 43, 17),
            ],
        });

    [Fact]
    public void One_removal_acknowledged_to_two() => Broken("cas.once", With(9, write => write with { Outcome = Outcome.Ok }));

    [Fact]
    public void A_conflict_where_nothing_had_changed() =>
        Broken("cas.refusal", With(4, write => write with { Begin = 2, End = 3 }));

    [Fact]
    public void An_object_said_to_exist_that_did_not() => Broken("cas.refusal", With(5, write => write with { Key = "z" }));

    [Fact]
    public void An_object_said_to_be_missing_that_was_there() => Broken("cas.refusal", With(9, write => write with { Begin = 5, End = 6 }));

    // Reads.
    [Fact]
    public void A_read_that_is_older_than_what_was_seen_before_it() => Broken("read.fresh", With(7, read => read with { Begin = 110, End = 111, Items = [new Item("x", 13, "x2", "b")] }));

    [Fact]
    public void A_removed_object_that_a_fresh_read_still_shows() => Broken("read.fresh", With(10, read => read with { Outcome = Outcome.Ok, Items = [new Item("y", 12, "y1", "b")] }));

    [Fact]
    public void An_object_that_a_fresh_read_does_not_find() => Broken("read.fresh", With(7, read => read with { Outcome = Outcome.NotFound, Items = [] }));

    [Fact]
    public void A_state_that_never_was() => Broken("read.real", With(12, read => read with { Items = [new Item("x", 12, "x1", "a")] }));

    [Fact]
    public void A_read_older_than_it_was_allowed_to_be() => Broken("read.fresh", With(14, read => read with { Items = [new Item("x", 13, "x2", "b")] }));

    [Fact]
    public void A_read_of_the_past_that_shows_another_past() => Broken("list.atomic", With(13, read => read with { Items = [new Item("x", 15, "x3", "a"), new Item("y", 12, "y1", "b")] }));

    [Fact]
    public void A_read_of_the_past_at_another_revision() => Broken("read.exact", With(13, read => read with { Revision = 15 }));

    [Fact]
    public void A_stale_list() => Broken("read.fresh", With(11, read => read with { Revision = 13, Items = [new Item("x", 13, "x2", "b"), new Item("y", 12, "y1", "b")] }));

    [Fact]
    public void A_list_of_two_revisions_at_once() => Broken("list.atomic", With(11, read => read with { Items = [.. read.Items, new Item("y", 12, "y1", "b")] }));

    [Fact]
    public void A_list_that_lacks_an_object() => Broken("list.atomic", With(11, read => read with { Items = [] }));

    [Fact]
    public void A_list_with_an_object_twice() => Broken("list.atomic", With(11, read => read with { Items = [.. read.Items, .. read.Items] }));

    [Fact]
    public void A_list_that_ignores_its_selector() => Broken("list.atomic", With(15, read => read with { Selector = "b" }));

    [Fact]
    public void A_list_and_a_watch_that_make_another_list() =>
        Broken("list.watch", Frames(0, 0, frames => [frames[0], frames[1], frames[2] with { Object = frames[2].Object with { Value = "other" } }, frames[3]]));

    // Watches.
    [Fact]
    public void An_event_out_of_order() => Broken("watch.ordered", Frames(2, 0, frames => [.. frames[..5], frames[4] with { Object = frames[3].Object }]));

    [Fact]
    public void An_event_told_twice() => Broken("watch.unique", Frames(0, 0, frames => [frames[0], frames[0], .. frames[1..]]));

    [Fact]
    public void An_event_left_out() => Broken("watch.reliable", Frames(0, 0, frames => [frames[0], frames[2]]));

    [Fact]
    public void An_event_told_with_another_content() =>
        Broken("watch.atomic", Frames(0, 1, frames => [frames[0] with { Object = frames[0].Object with { Value = "half" } }, frames[1]]));

    [Fact]
    public void An_event_told_as_another_kind() => Broken("watch.atomic", Frames(0, 1, frames => [frames[0] with { Kind = FrameKind.Added }, frames[1]]));

    [Fact]
    public void A_bookmark_ahead_of_what_was_told() => Broken("watch.bookmarkable", Frames(0, 0, frames => [frames[0], Made.Mark(13), .. frames[1..]]));

    [Fact]
    public void A_bookmark_that_goes_back() => Broken("watch.bookmarkable", Frames(0, 0, frames => [.. frames[..3], Made.Mark(12)]));

    [Fact]
    public void An_event_for_another_selector() => Broken("watch.filtered", Frames(1, 0, frames => [frames[0], Made.Event(FrameKind.Added, "y", 12, "y1", "b"), .. frames[1..]]));

    [Fact]
    public void An_object_that_left_the_selection_and_was_not_told_as_deleted() => Broken("watch.reliable", Frames(1, 0, frames => [frames[0], .. frames[2..]]));

    [Fact]
    public void An_event_that_never_happened() => Broken("watch.filtered", Frames(0, 1, frames => [.. frames, Made.Event(FrameKind.Added, "z", 17, "z1", "a")]));

    [Fact]
    public void A_watch_resumed_elsewhere() => Broken("watch.resumable", Stream(0, 1, stream => stream with { From = 13 }));

    [Fact]
    public void A_watch_that_stays_behind() => Broken("watch.reliable", Frames(0, 1, frames => [.. frames[..1]]));

    [Fact]
    public void A_state_at_the_beginning_that_is_stale() => Broken("read.fresh", Stream(2, 0, stream => stream with { Begin = 21 }));

    [Fact]
    public void A_state_at_the_beginning_that_never_was() => Broken("watch.atomic", Frames(2, 0, frames => frames[1..]));

    private static void Broken(string rule, History history) => Assert.Contains(HistoryCheck.Run(history), violation => violation.Rule == rule);

    private static History Log(Func<List<Change>, List<Change>> change) => Made.History with { Log = change([.. Made.History.Log]) };

    private static History With(long id, Func<Operation, Operation> change) =>
        Made.History with { Operations = [.. Made.History.Operations.Select(operation => operation.Id == id ? change(operation) : operation)] };

    private static History Frames(int watcher, int stream, Func<Frame[], Frame[]> change) =>
        Stream(watcher, stream, found => found with { Frames = change([.. found.Frames]) });

    private static History Stream(int watcher, int stream, Func<WatchRun, WatchRun> change)
    {
        var watchers = Made.History.Watchers.ToArray();
        var streams = watchers[watcher].Streams.ToArray();
        streams[stream] = change(streams[stream]);
        watchers[watcher] = watchers[watcher] with { Streams = streams };
        return Made.History with { Watchers = watchers };
    }
}
