using Orchestrator.Api.Identity;
using Orchestrator.Grains.Controllers;
using Xunit;

namespace Orchestrator.Grains.Tests.Controllers;

public sealed class WorkQueueTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly WorkQueue queue = new();

    [Fact]
    public void A_key_waits_once_however_often_it_is_wanted()
    {
        queue.Add(Key("a"));
        queue.Add(Key("a"));
        Assert.Equal(["a"], TakeAll(Start));
    }

    [Fact]
    public void A_key_wanted_while_it_runs_runs_again_afterwards_and_never_twice_at_a_time()
    {
        queue.Add(Key("a"));
        Assert.True(queue.TryTake(Start, out _));
        queue.Add(Key("a"));
        Assert.False(queue.TryTake(Start, out _));
        queue.Succeed(Key("a"));
        Assert.True(queue.TryTake(Start, out _));
    }

    [Fact]
    public void Each_failure_doubles_the_wait_up_to_the_longest_and_a_success_starts_over()
    {
        var delays = Enumerable.Range(0, 20).Select(_ => FailOnce()).ToArray();
        Assert.Equal(TimeSpan.FromMilliseconds(5), delays[0]);
        Assert.Equal(TimeSpan.FromMilliseconds(10), delays[1]);
        Assert.Equal(TimeSpan.FromMilliseconds(640), delays[7]);
        Assert.Equal(WorkQueue.LongestBackOff, delays[^1]);

        queue.Add(Key("a"));
        Assert.True(queue.TryTake(Start, out _));
        queue.Succeed(Key("a"));
        Assert.Equal(WorkQueue.FirstBackOff, FailOnce());
    }

    [Fact]
    public void A_delayed_key_comes_when_it_is_due_and_the_earlier_of_two_wishes_stands()
    {
        queue.AddAt(Key("a"), Start.AddSeconds(10));
        queue.AddAt(Key("a"), Start.AddSeconds(5));
        queue.AddAt(Key("a"), Start.AddSeconds(20));

        Assert.Equal(Start.AddSeconds(5), queue.NextDue);
        Assert.Empty(TakeAll(Start.AddSeconds(4)));
        Assert.Equal(["a"], TakeAll(Start.AddSeconds(5)));
        Assert.Empty(TakeAll(Start.AddSeconds(30)));
    }

    [Fact]
    public void A_full_queue_turns_keys_away_and_says_so()
    {
        for (var index = 0; index < WorkQueue.Capacity; index++)
        {
            queue.Add(Key("k" + index));
        }

        Assert.False(queue.IsOverflowing);
        queue.Add(Key("one more"));
        Assert.True(queue.IsOverflowing);
        Assert.Equal(WorkQueue.Capacity, queue.Count);
    }

    private static ObjectKey Key(string name) => new("", "pods", "default", name);

    private TimeSpan FailOnce()
    {
        queue.Add(Key("a"));
        Assert.True(queue.TryTake(Start, out var key));
        return queue.Fail(key, Start);
    }

    private List<string> TakeAll(DateTimeOffset now)
    {
        var taken = new List<string>();
        while (queue.TryTake(now, out var key))
        {
            taken.Add(key.Name);
            queue.Succeed(key);
        }

        return taken;
    }
}
