using System.IO.Compression;
using System.Text;
using System.Threading.Channels;
using Orchestrator.Agent.Streaming;
using Xunit;

namespace Orchestrator.Agent.Tests.Streaming;

public sealed class LogReaderTests : IDisposable
{
    private const string Time = "2026-01-02T03:04:05Z";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("log-reader");

    private string Log => Path.Combine(folder.FullName, "0.log");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData(null, "a\nb\nc\nd\ne\nf\n")]
    [InlineData(0, "")]
    [InlineData(1, "f\n")]
    [InlineData(2, "e\nf\n")]
    [InlineData(3, "d\ne\nf\n")]
    [InlineData(5, "b\nc\nd\ne\nf\n")]
    [InlineData(6, "a\nb\nc\nd\ne\nf\n")]
    [InlineData(100, "a\nb\nc\nd\ne\nf\n")]
    public async Task The_tail_reaches_back_into_rotated_files(int? tail, string expected)
    {
        using (var oldest = new GZipStream(File.Create(Log + ".20260101-000000.gz"), CompressionLevel.Fastest))
        {
            oldest.Write(Encoding.ASCII.GetBytes(Lines("a", "b")));
        }

        await File.WriteAllTextAsync(Log + ".20260102-000000", Lines("c", "d"), Token);
        await File.WriteAllTextAsync(Log + ".20260103-000000.tmp", Lines("being compressed"), Token);
        await File.WriteAllTextAsync(Log, Lines("e", "f"), Token);
        Assert.Equal(expected, await ReadAsync(new LogSelection { Tail = tail }));
    }

    [Theory]
    [InlineData(1, "dd\n")]
    [InlineData(2, "bbcc\ndd\n")]
    [InlineData(3, "a\nbbcc\ndd\n")]
    [InlineData(4, "a\nbbcc\ndd\n")]
    public async Task Parts_of_a_line_count_as_one(int tail, string expected)
    {
        await File.WriteAllTextAsync(Log, $"{Time} stdout F a\n{Time} stdout P bb\n{Time} stdout F cc\n{Time} stdout F dd\n", Token);
        Assert.Equal(expected, await ReadAsync(new LogSelection { Tail = tail }));
    }

    [Fact]
    public async Task The_tail_of_a_long_log_is_found_across_blocks()
    {
        var lines = Enumerable.Range(0, 20_000).Select(i => $"line {i:D6} {new string('.', i % 50)}").ToArray();
        await File.WriteAllTextAsync(Log, Lines(lines), Token);
        Assert.Equal(string.Concat(lines[^9_999..].Select(line => line + "\n")), await ReadAsync(new LogSelection { Tail = 9_999 }));
    }

    [Fact]
    public async Task Following_goes_on_through_rotation_and_ends_with_the_container()
    {
        await File.WriteAllTextAsync(Log, Lines("one", "two"), Token);
        var running = true;
        var received = Channel.CreateUnbounded<string>();
        var reading = new LogReader(Log, new LogSelection { Tail = 1, Follow = true }, () => running, Deliver(received)).RunAsync(Token);
        Assert.Equal("two\n", await received.Reader.ReadAsync(Token));
        await File.AppendAllTextAsync(Log, Lines("three"), Token);
        Assert.Equal("three\n", await received.Reader.ReadAsync(Token));
        File.Move(Log, Log + ".20260101-000000");
        await File.AppendAllTextAsync(Log + ".20260101-000000", Lines("four"), Token);
        Assert.Equal("four\n", await received.Reader.ReadAsync(Token));
        await File.WriteAllTextAsync(Log, Lines("five"), Token);
        Assert.Equal("five\n", await received.Reader.ReadAsync(Token));
        await File.AppendAllTextAsync(Log, Lines("six"), Token);
        running = false;
        await reading.WaitAsync(TimeSpan.FromSeconds(60), Token);
        Assert.Equal("six\n", await received.Reader.ReadAsync(Token));
        Assert.False(received.Reader.TryRead(out _));
    }

    [Fact]
    public async Task Following_waits_for_a_log_that_is_not_there_yet()
    {
        var received = Channel.CreateUnbounded<string>();
        var reading = new LogReader(Log, new LogSelection { Follow = true, LimitBytes = 2 }, () => true, Deliver(received)).RunAsync(Token);
        await File.WriteAllTextAsync(Log, Lines("one"), Token);
        Assert.Equal("on", await received.Reader.ReadAsync(Token));
        await reading.WaitAsync(TimeSpan.FromSeconds(60), Token);
    }

    private static string Lines(params string[] lines) => string.Concat(lines.Select(line => $"{Time} stdout F {line}\n"));

    private async Task<string> ReadAsync(LogSelection selection)
    {
        var text = new StringBuilder();
        await new LogReader(Log, selection, () => false, (bytes, _) =>
        {
            text.Append(Encoding.ASCII.GetString(bytes.Span));
            return Task.CompletedTask;
        }).RunAsync(Token);
        return text.ToString();
    }

    private static Func<ReadOnlyMemory<byte>, CancellationToken, Task> Deliver(Channel<string> channel) =>
        async (bytes, token) => await channel.Writer.WriteAsync(Encoding.ASCII.GetString(bytes.Span), token);
}
