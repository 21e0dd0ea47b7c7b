using System.Buffers;
using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Orchestrator.Agent.Streaming;
using Xunit;

namespace Orchestrator.Agent.Tests.Streaming;

public sealed class CriLogDecoderTests
{
    private const string T1 = "2026-01-02T03:04:05.1Z";
    private const string T2 = "2026-01-02T03:04:06.123456789Z";
    private const string T3 = "2026-01-02T03:04:07+02:00";

    [Theory]
    [InlineData($"{T1} stdout F one\n{T2} stderr F two\n", "one\ntwo\n")]
    [InlineData($"{T1} stdout P on\n{T1} stdout P e\n{T2} stdout F !\n", "one!\n")]
    [InlineData($"{T1} stdout F \n{T1} stdout F\n{T1} stdout F x y  z\n", "\n\nx y  z\n")]
    [InlineData($"{T1} stdout P:tag:more half\n{T1} stdout F:t whole\n", "halfwhole\n")]
    [InlineData($"no log\n{T1} stdout F one\n\n \n", "one\n")]
    [InlineData($"{T1} stdout F unfinished", "unfinished")]
    [InlineData("", "")]
    public void Lines_become_their_content(string file, string expected) => Check(file, new LogSelection(), expected);

    [Theory]
    [InlineData($"{T1} stdout F one\n", "2026-01-02T03:04:05.100000000Z one\n")]
    [InlineData($"{T2} stdout F one\n", "2026-01-02T03:04:06.123456789Z one\n")]
    [InlineData($"{T3} stdout F one\n", "2026-01-02T03:04:07.000000000+02:00 one\n")]
    [InlineData($"{T1} stdout P on\n{T2} stdout F e\n", "2026-01-02T03:04:05.100000000Z one\n")]
    public void Times_stand_once_before_each_line_with_nine_digits(string file, string expected) =>
        Check(file, new LogSelection { Timestamps = true }, expected);

    [Theory]
    [InlineData("2026-01-02T03:04:05Z", "a\nb\nc\n")]
    [InlineData("2026-01-02T03:04:06Z", "b\nc\n")]
    [InlineData("2026-01-02T03:04:06.2Z", "c\n")]
    [InlineData("2026-01-02T03:04:08Z", "")]
    public void Older_lines_are_left_out(string since, string expected) => Check(
        $"{T1} stdout F a\n{T2} stdout F b\n2026-01-02T03:04:07Z stdout F c\n",
        new LogSelection { Since = DateTimeOffset.Parse(since, CultureInfo.InvariantCulture) },
        expected);

    [Theory]
    [InlineData(1, "a")]
    [InlineData(4, "ab\nc")]
    [InlineData(99, "ab\ncd\n")]
    public void The_limit_counts_bytes_of_the_answer(long limit, string expected) =>
        Check($"{T1} stdout F ab\n{T1} stdout F cd\n", new LogSelection { LimitBytes = limit }, expected);

    [Fact]
    public void A_line_longer_than_any_buffer_costs_no_memory()
    {
        var decoder = new CriLogDecoder(new LogSelection());
        var output = new ArrayBufferWriter<byte>();
        decoder.Decode(Encoding.ASCII.GetBytes($"{T1} stdout F "), output);
        var piece = new byte[1 << 16];
        Array.Fill(piece, (byte)'x');
        long total = 0;
        for (var i = 0; i < 1000; i++)
        {
            decoder.Decode(piece, output);
            total += output.WrittenCount;
            output.ResetWrittenCount();
        }

        Assert.Equal(1000L << 16, total);
        Assert.InRange(output.Capacity, 0, 1 << 18);
    }

    [Fact]
    public void A_file_split_anywhere_reads_the_same()
    {
        const string File = $"{T1} stdout P on\n{T1} stdout F e\njunk\n{T2} stderr F \n{T3} stdout F three\n{T3} stdout P half";
        var whole = Decode([File], new LogSelection { Timestamps = true });
        Prop.ForAll(ArbMap.Default.ArbFor<NonNegativeInt[]>(), cuts =>
        {
            var places = cuts.Select(cut => cut.Get % (File.Length + 1)).Append(0).Append(File.Length).Order().ToList();
            var parts = places.Zip(places.Skip(1), (from, to) => File[from..to]);
            Assert.Equal(whole, Decode(parts, new LogSelection { Timestamps = true }));
        }).QuickCheckThrowOnFailure();
    }

    private static void Check(string file, LogSelection selection, string expected) => Assert.Equal(expected, Decode([file], selection));

    private static string Decode(IEnumerable<string> parts, LogSelection selection)
    {
        var decoder = new CriLogDecoder(selection);
        var output = new ArrayBufferWriter<byte>();
        foreach (var part in parts)
        {
            decoder.Decode(Encoding.ASCII.GetBytes(part), output);
        }

        return Encoding.ASCII.GetString(output.WrittenSpan);
    }
}
