using FsCheck.Xunit;
using Orchestrator.Agent.Dns;

namespace Orchestrator.Agent.Tests.Dns;

public sealed class DnsMessageTests
{
    /// <summary>id 0x1234, recursion desired, one question: web.local A IN.</summary>
    private static readonly byte[] Query =
    [
        0x12, 0x34, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0,
        3, (byte)'W', (byte)'e', (byte)'b', 5, (byte)'l', (byte)'o', (byte)'c', (byte)'a', (byte)'l', 0,
        0, 1, 0, 1,
    ];

    [Fact]
    public void A_question_is_read_in_lower_case()
    {
        var question = DnsMessage.ReadQuestion(Query);
        Assert.Equal(new DnsQuestion("web.local", DnsType.A, Query.Length), question);
    }

    [Fact]
    public void An_answer_repeats_the_question_and_carries_the_record()
    {
        var response = DnsMessage.WriteResponse(Query, DnsMessage.ReadQuestion(Query)!, new DnsAnswer(DnsCode.NoError, [new DnsRecord("web.local", DnsType.A, "10.1.2.3")]), 512);
        Assert.Equal([0x12, 0x34, 0x85, 0x80, 0, 1, 0, 1], response[..8]);
        Assert.Equal([0, 4, 10, 1, 2, 3], response[^6..]);
    }

    [Fact]
    public void What_does_not_fit_is_left_out_and_said_so()
    {
        var records = Enumerable.Range(0, 50).Select(i => new DnsRecord("web.local", DnsType.A, $"10.1.2.{i}")).ToList();
        var response = DnsMessage.WriteResponse(Query, DnsMessage.ReadQuestion(Query)!, new DnsAnswer(DnsCode.NoError, records), 512);
        Assert.True(response.Length <= 512);
        Assert.Equal(0x02, response[2] & 0x02);
    }

    [Theory]
    [InlineData(2, 0x80)]
    [InlineData(5, 2)]
    [InlineData(12, 0xc0)]
    public void What_is_not_a_plain_question_is_refused(int at, byte value)
    {
        var packet = (byte[])Query.Clone();
        packet[at] = value;
        Assert.Null(DnsMessage.ReadQuestion(packet));
    }

    [Property(MaxTest = 500)]
    public bool Any_bytes_are_read_without_a_fault(byte[] bytes)
    {
        var question = DnsMessage.ReadQuestion(bytes ?? []);
        return question is null || question.End <= bytes!.Length;
    }
}
