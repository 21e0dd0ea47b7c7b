using Orchestrator.Api.Identity;
using Orchestrator.Grains.Events;
using Xunit;

namespace Orchestrator.Grains.Tests.Events;

public sealed class EventCorrelatorTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly EventCorrelator correlator = new();

    [Fact]
    public void The_same_again_is_one_event_with_a_higher_count()
    {
        var first = Tell("Back-off restarting", Start)!;
        var second = Tell("Back-off restarting", Start.AddMinutes(1))!;
        Assert.Equal((1, 2), (first.Count, second.Count));
        Assert.Equal(first.Name, second.Name);
        Assert.Equal((Start, Start.AddMinutes(1)), (second.First, second.Last));
    }

    [Fact]
    public void Another_message_is_another_event()
    {
        Assert.Equal(1, Tell("one", Start)!.Count);
        Assert.Equal(1, Tell("two", Start)!.Count);
    }

    [Fact]
    public void The_tenth_message_of_a_reason_is_combined_with_those_after_it()
    {
        for (var index = 1; index < 10; index++)
        {
            Assert.Equal($"failed {index}", Tell($"failed {index}", Start)!.Message);
        }

        var tenth = Tell("failed 10", Start)!;
        Assert.Equal(("(combined from similar events): failed 10", 1), (tenth.Message, tenth.Count));
        var eleventh = Tell("failed 11", Start)!;
        Assert.Equal((tenth.Name, 2), (eleventh.Name, eleventh.Count));
    }

    [Fact]
    public void Messages_far_apart_are_not_combined()
    {
        for (var index = 1; index <= 12; index++)
        {
            Assert.Equal($"failed {index}", Tell($"failed {index}", Start.AddMinutes(11 * index))!.Message);
        }
    }

    [Fact]
    public void After_a_burst_one_event_in_five_minutes_is_written()
    {
        var written = Enumerable.Range(0, 40).Count(_ => Tell("again", Start) is not null);
        Assert.Equal(25, written);
        Assert.Null(Tell("again", Start.AddMinutes(4)));
        Assert.NotNull(Tell("again", Start.AddMinutes(6)));
    }

    [Fact]
    public void An_event_that_is_no_longer_there_starts_over()
    {
        var happening = Happening("again");
        correlator.Correlate(happening, Start);
        var second = correlator.Correlate(happening, Start.AddMinutes(1))!;
        var fresh = correlator.Restart(happening, second, Start.AddMinutes(1));
        Assert.Equal(1, fresh.Count);
        Assert.NotEqual(second.Name, fresh.Name);
        Assert.Equal(2, correlator.Correlate(happening, Start.AddMinutes(2))!.Count);
    }

    [Fact]
    public void An_event_is_named_after_its_object_and_the_time_in_nanoseconds() =>
        Assert.Equal("web.18867251edfa0000", Tell("hello", Start)!.Name);

    private static Happening Happening(string message) => new()
    {
        Component = "kubelet",
        Host = "node-1",
        User = "system:node:node-1",
        About = new ObjectKey("", "pods", "default", "web"),
        Kind = "Pod",
        ApiVersion = "v1",
        Uid = "u1",
        Type = "Warning",
        Reason = "BackOff",
        Message = message,
    };

    private EventCorrelator.Series? Tell(string message, DateTimeOffset now) => correlator.Correlate(Happening(message), now);
}
