using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Orchestrator.AgentProtocol.Spdy;
using Xunit;

namespace Orchestrator.Agent.Tests.Streaming;

public sealed class SpdyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Frames_split_anywhere_decode_the_same()
    {
        using var headers = new HeaderBlockWriter();
        byte[] connection =
        [
            .. SpdyFrames.SynStream(1, headers.Write([new("streamtype", "stdin")])), .. Data(1, "hello", isLast: false), .. SpdyFrames.Ping(7),
            .. Data(3, new string('x', 5000), isLast: true), .. Data(1, "", isLast: true), .. SpdyFrames.Reset(5, 5),
        ];
        var whole = Decode([connection]);
        Assert.Equal(6, whole.Count);
        Prop.ForAll(ArbMap.Default.ArbFor<NonNegativeInt[]>(), cuts =>
        {
            var places = cuts.Select(cut => cut.Get * 37 % (connection.Length + 1)).Append(0).Append(connection.Length).Order().ToList();
            Assert.Equal(whole, Decode(places.Zip(places.Skip(1), (from, to) => connection[from..to])));
        }).QuickCheckThrowOnFailure();
        Assert.Equal(whole, Decode(connection.Select(one => new[] { one })));
    }

    [Theory]
    [InlineData("80030001FFFFFFFF", "too large a control frame")]
    [InlineData("8002000100000000", "another version")]
    [InlineData("0000000000000005", "no stream")]
    public void Hostile_frames_are_refused_before_they_are_kept(string hex, string why)
    {
        var input = new ReadOnlySequence<byte>(Convert.FromHexString(hex));
        Assert.NotEmpty(why);
        Assert.Throws<SpdyException>(() => new SpdyDecoder().TryRead(ref input, out _));
    }

    [Fact]
    public void Headers_are_read_across_blocks()
    {
        using var writer = new HeaderBlockWriter();
        using var reader = new HeaderBlockReader();
        for (var i = 0; i < 100; i++)
        {
            var read = reader.Read(new ReadOnlySequence<byte>(writer.Write([new("streamType", "data"), new("port", $"{i}")])));
            Assert.Equal(("data", $"{i}"), (read["streamtype"], read["Port"]));
        }
    }

    [Fact]
    public void Headers_that_refer_to_the_protocols_dictionary_are_read()
    {
        Assert.Equal(HeaderDictionary.Checksum, Adler32(HeaderDictionary.Bytes));

        // What a deflater with the preset dictionary writes: the same history first, whose output is then cut off.
        using var compressed = new MemoryStream();
        using var deflate = new DeflateStream(compressed, CompressionLevel.Optimal);
        deflate.Write(HeaderDictionary.Bytes);
        deflate.Flush();
        var history = (int)compressed.Length;
        deflate.Write(Block(("content-location", "application/xhtml+xml"), ("streamtype", "error")));
        deflate.Flush();
        byte[] block = [0x78, 0xBB, 0xE3, 0xC6, 0xA7, 0xC2, .. compressed.ToArray().AsSpan(history)];
        using var reader = new HeaderBlockReader();
        var headers = reader.Read(new ReadOnlySequence<byte>(block));
        Assert.Equal(("application/xhtml+xml", "error"), (headers["content-location"], headers["streamtype"]));
    }

    [Theory]
    [InlineData(65, 1)]
    [InlineData(2, 40_000)]
    [InlineData(-1, 1)]
    public void Headers_beyond_their_bounds_are_refused(int count, int length)
    {
        using var compressed = new MemoryStream();
        using var zlib = new ZLibStream(compressed, CompressionLevel.Optimal);
        zlib.Write(Number(count));
        for (var i = 0; i < count; i++)
        {
            zlib.Write([.. Number(length), .. new byte[length], .. Number(length), .. new byte[length]]);
        }

        zlib.Flush();
        using var reader = new HeaderBlockReader();
        Assert.Throws<SpdyException>(() => reader.Read(new ReadOnlySequence<byte>(compressed.ToArray())));
    }

    [Theory]
    [InlineData("")]
    [InlineData("78")]
    [InlineData("FFFF0102030405")]
    [InlineData("789C0102030405")]
    [InlineData("78BB00000000FFFF")]
    public void Headers_that_are_no_headers_are_refused(string hex)
    {
        using var reader = new HeaderBlockReader();
        Assert.ThrowsAny<IOException>(() => reader.Read(new ReadOnlySequence<byte>(Convert.FromHexString(hex))));
    }

    [Fact]
    public async Task Two_ends_exchange_streams_and_half_close_them()
    {
        var (client, server) = Pair();
        await using (client)
        await using (server)
        {
            var sent = await client.OpenAsync(new Dictionary<string, string> { ["streamtype"] = "data" }, Token);
            var accepted = await server.Opened.ReadAsync(Token);
            Assert.Equal("data", accepted.Headers["streamtype"]);
            await sent.WriteAsync(Encoding.ASCII.GetBytes(new string('a', 100_000)), Token);
            await sent.FinishAsync(Token);
            Assert.Equal(100_000, (await ReadAllAsync(accepted.Input)).Length);
            await accepted.WriteAsync("still open"u8.ToArray(), Token);
            await accepted.FinishAsync(Token);
            Assert.Equal("still open", Encoding.ASCII.GetString(await ReadAllAsync(sent.Input)));
        }
    }

    [Fact]
    public async Task The_end_of_a_connection_ends_its_streams()
    {
        var (client, server) = Pair();
        await using (client)
        {
            var stream = await client.OpenAsync(new Dictionary<string, string>(), Token);
            await server.Opened.ReadAsync(Token);
            await server.DisposeAsync();
            Assert.Empty(await ReadAllAsync(stream.Input));
            await client.Ended.WaitAsync(TimeSpan.FromSeconds(60), Token);
        }
    }

    [Fact]
    public async Task A_reader_that_does_not_read_makes_the_sender_wait()
    {
        var (client, server) = Pair();
        await using (client)
        await using (server)
        {
            var stream = await client.OpenAsync(new Dictionary<string, string>(), Token);
            var accepted = await server.Opened.ReadAsync(Token);
            var writing = stream.WriteAsync(new byte[4 << 20], Token);
            await Assert.ThrowsAsync<TimeoutException>(() => writing.WaitAsync(TimeSpan.FromMilliseconds(100), Token));
            await accepted.Input.CompleteAsync();
            await writing.WaitAsync(TimeSpan.FromSeconds(60), Token);
        }
    }

    private static (SpdySession Client, SpdySession Server) Pair()
    {
        var (up, down) = (new Pipe(), new Pipe());
        return (new SpdySession(down.Reader, up.Writer.AsStream(), isClient: true), new SpdySession(up.Reader, down.Writer.AsStream(), isClient: false));
    }

    private static async Task<byte[]> ReadAllAsync(PipeReader reader)
    {
        using var all = new MemoryStream();
        await reader.CopyToAsync(all, Token);
        return all.ToArray();
    }

    /// <summary>What was decoded, with the pieces of data frames put together.</summary>
    private static List<string> Decode(IEnumerable<byte[]> parts)
    {
        var decoder = new SpdyDecoder();
        var waiting = ReadOnlySequence<byte>.Empty;
        var data = new Dictionary<int, string>();
        var decoded = new List<string>();
        foreach (var part in parts)
        {
            waiting = new ReadOnlySequence<byte>([.. waiting.ToArray(), .. part]);
            while (decoder.TryRead(ref waiting, out var piece))
            {
                var text = Convert.ToHexString(piece.Payload.ToArray());
                if (piece.Type != SpdyFrameType.Content)
                {
                    decoded.Add($"{piece.Type} {text}");
                }
                else
                {
                    data[piece.StreamId] = data.GetValueOrDefault(piece.StreamId) + text;
                    if (piece.IsLast)
                    {
                        decoded.Add($"end of {piece.StreamId}");
                    }
                }
            }
        }

        decoded.Add(string.Join(',', data.OrderBy(pair => pair.Key)));
        return decoded;
    }

    private static byte[] Data(int stream, string text, bool isLast)
    {
        var frame = new byte[SpdyFrames.DataHeaderBytes + text.Length];
        SpdyFrames.WriteDataHeader(frame, stream, text.Length, isLast);
        Encoding.ASCII.GetBytes(text, frame.AsSpan(SpdyFrames.DataHeaderBytes));
        return frame;
    }

    private static byte[] Block(params (string Name, string Value)[] headers) =>
        [.. Number(headers.Length), .. headers.SelectMany(header => (byte[])[.. Text(header.Name), .. Text(header.Value)])];

    private static byte[] Text(string text) => [.. Number(text.Length), .. Encoding.ASCII.GetBytes(text)];

    private static byte[] Number(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }

    private static uint Adler32(byte[] bytes)
    {
        uint a = 1, b = 0;
        foreach (var one in bytes)
        {
            a = (a + one) % 65521;
            b = (b + a) % 65521;
        }

        return (b << 16) | a;
    }
}
