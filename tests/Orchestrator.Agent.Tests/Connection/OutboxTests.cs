using Google.Protobuf;
using Orchestrator.Agent.Connection;
using Orchestrator.AgentProtocol;
using Xunit;

namespace Orchestrator.Agent.Tests.Connection;

public sealed class OutboxTests
{
    private readonly Outbox outbox = new(7);

    [Fact]
    public void Of_a_pod_s_statuses_the_last_one_goes()
    {
        outbox.Report(Status("a", "1"));
        outbox.Report(Status("b", "1"));
        outbox.Report(Status("a", "2"));
        Assert.Equal(["a=2", "b=1"], Drain());
    }

    [Fact]
    public void The_end_goes_after_the_last_status_and_events_after_both()
    {
        outbox.Event(new EventReport { Reason = "Killing" });
        outbox.Report(Status("a", "1"));
        outbox.Gone(new PodGone { Uid = "a" });
        Assert.Equal(["a=1", "gone a", "Killing"], Drain());
    }

    [Fact]
    public void A_new_connection_hears_everything_that_is_kept_and_no_event_twice()
    {
        outbox.Report(Status("a", "1"));
        outbox.Report(Status("b", "1"));
        outbox.Event(new EventReport { Reason = "Started" });
        Drain();
        outbox.Forget("b");
        outbox.Restate();
        Assert.Equal(["a=1"], Drain());
    }

    [Fact]
    public void When_nobody_listens_the_oldest_events_are_lost()
    {
        for (var i = 0; i < 1200; i++)
        {
            outbox.Event(new EventReport { Reason = $"{i}" });
        }

        var kept = Drain();
        Assert.Equal((1000, "200", "1199"), (kept.Count, kept[0], kept[^1]));
    }

    [Fact]
    public void Every_message_carries_the_epoch()
    {
        outbox.Report(Status("a", "1"));
        Assert.Equal(7, outbox.Next()!.Epoch);
    }

    private List<string> Drain()
    {
        var said = new List<string>();
        while (outbox.Next() is { } message)
        {
            said.Add(message.ContentCase switch
            {
                AgentMessage.ContentOneofCase.Pod => $"{message.Pod.Uid}={message.Pod.StatusJson.ToStringUtf8()}",
                AgentMessage.ContentOneofCase.PodGone => "gone " + message.PodGone.Uid,
                _ => message.Event.Reason,
            });
        }

        return said;
    }

    private static PodReport Status(string uid, string json) => new() { Uid = uid, StatusJson = ByteString.CopyFromUtf8(json) };
}
