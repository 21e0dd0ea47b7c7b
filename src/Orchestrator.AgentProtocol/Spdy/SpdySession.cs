using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Threading.Channels;

namespace Orchestrator.AgentProtocol.Spdy;

/// <summary>A SPDY/3.1 connection, either end of it: as much of the protocol as Kubernetes' exec, attach and port-forward use.</summary>
/// <remarks>Flow control, priorities and pushed streams are left out, as they are in the library that kubectl, kubelet and containerd share (moby/spdystream).</remarks>
internal sealed class SpdySession : IAsyncDisposable
{
    /// <summary>Streams that a peer may have open; more are refused. kubectl opens two per forwarded connection.</summary>
    public const int MaxStreams = 4096;

    /// <summary>The largest data frame that is sent, so that the streams of a connection take turns.</summary>
    private const int MaxDataBytes = 32 * 1024;

    private const int RefusedStream = 3;
    private const int Cancel = 5;
    private readonly PipeReader input;
    private readonly Stream transport;
    private readonly SpdyDecoder decoder = new();
    private readonly HeaderBlockReader headerReader = new();
    private readonly HeaderBlockWriter headerWriter = new();
    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly ConcurrentDictionary<int, SpdyStream> streams = new();
    private readonly Channel<SpdyStream> opened = Channel.CreateBounded<SpdyStream>(new BoundedChannelOptions(MaxStreams) { SingleWriter = true });
    private readonly CancellationTokenSource ended = new();
    private readonly Task running;
    private readonly bool isClient;
    private volatile bool hasEnded;
    private int disposed;
    private int lastId;

    /// <summary>Takes over a connection on which the upgrade has been agreed, and reads it from now on.</summary>
    /// <param name="input">The bytes from the peer.</param>
    /// <param name="transport">Where bytes to the peer go; disposed with the session.</param>
    /// <param name="isClient">True at the end that asked for the upgrade: its streams have odd numbers.</param>
    public SpdySession(PipeReader input, Stream transport, bool isClient)
    {
        (this.input, this.transport, this.isClient) = (input, transport, isClient);
        lastId = isClient ? -1 : 0;
        running = Task.Run(RunAsync);
    }

    /// <summary>The streams that the peer opens; ends with the connection.</summary>
    public ChannelReader<SpdyStream> Opened => opened.Reader;

    /// <summary>Completes when the connection has ended, whatever the reason.</summary>
    public Task Ended => running;

    /// <summary>Opens a stream. The peer's answer is not waited for: what it refuses it resets.</summary>
    public async Task<SpdyStream> OpenAsync(IReadOnlyDictionary<string, string> headers, CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
            lastId += 2;
            var stream = new SpdyStream(this, lastId, headers);
            streams[lastId] = stream;
            if (hasEnded)
            {
                throw new IOException("the connection has ended");
            }

            await transport.WriteAsync(SpdyFrames.SynStream(lastId, headerWriter.Write([.. headers])), cancellationToken);
            await transport.FlushAsync(cancellationToken);
            return stream;
        }
        finally
        {
            writing.Release();
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
        {
            return;
        }

        await ended.CancelAsync();
        await transport.DisposeAsync();
        await running;
        ended.Dispose();
        headerReader.Dispose();
        headerWriter.Dispose();
    }

    internal async Task SendDataAsync(int streamId, ReadOnlyMemory<byte> bytes, bool isLast, CancellationToken cancellationToken)
    {
        do
        {
            var part = bytes[..Math.Min(bytes.Length, MaxDataBytes)];
            bytes = bytes[part.Length..];
            var frame = ArrayPool<byte>.Shared.Rent(SpdyFrames.DataHeaderBytes + part.Length);
            try
            {
                SpdyFrames.WriteDataHeader(frame, streamId, part.Length, isLast && bytes.IsEmpty);
                part.CopyTo(frame.AsMemory(SpdyFrames.DataHeaderBytes));
                await SendAsync(frame.AsMemory(0, SpdyFrames.DataHeaderBytes + part.Length), cancellationToken);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(frame);
            }
        }
        while (!bytes.IsEmpty);
    }

    internal Task ResetAsync(int streamId, CancellationToken cancellationToken)
    {
        Forget(streamId);
        return SendAsync(SpdyFrames.Reset(streamId, Cancel), cancellationToken);
    }

    internal void Forget(int streamId) => streams.TryRemove(streamId, out _);

    private async Task SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
            await transport.WriteAsync(frame, cancellationToken);
            await transport.FlushAsync(cancellationToken);
        }
        finally
        {
            writing.Release();
        }
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                var read = await input.ReadAsync(ended.Token);
                var buffer = read.Buffer;
                while (decoder.TryRead(ref buffer, out var piece))
                {
                    await TakeAsync(piece);
                }

                input.AdvanceTo(buffer.Start, buffer.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception broken) when (broken is IOException or OperationCanceledException or ObjectDisposedException or System.Net.WebSockets.WebSocketException)
        {
            // However the connection ends, its streams end with it below, and whoever reads or writes them sees that.
        }
        finally
        {
            hasEnded = true;
            opened.Writer.TryComplete();
            foreach (var stream in streams.Values)
            {
                await stream.EndInputAsync();
            }

            await input.CompleteAsync();
        }
    }

    private async ValueTask TakeAsync(SpdyPiece piece)
    {
        switch (piece.Type)
        {
            case SpdyFrameType.Content:
                if (streams.TryGetValue(piece.StreamId, out var stream))
                {
                    await stream.ReceiveAsync(piece, ended.Token);
                }

                break;
            case SpdyFrameType.SynStream when !isClient:
                await AcceptAsync(piece);
                break;
            case SpdyFrameType.Headers when !isClient && piece.Payload.Length >= 4:
                // Nobody needs them, but all blocks are one compressed stream.
                headerReader.Read(piece.Payload.Slice(4));
                break;
            case SpdyFrameType.Reset:
                if (streams.TryRemove(Number(piece.Payload) & int.MaxValue, out var broken))
                {
                    await broken.BreakAsync();
                }

                break;
            case SpdyFrameType.Ping:
                await AnswerPingAsync(unchecked((uint)Number(piece.Payload)));
                break;
            default:
                // Replies, settings, windows and farewells ask nothing of us; a farewell is followed by the end of the connection.
                break;
        }
    }

    private async Task AcceptAsync(SpdyPiece piece)
    {
        const int FixedBytes = 10;
        if (piece.Payload.Length < FixedBytes)
        {
            throw new SpdyException("a SYN_STREAM is too short");
        }

        // The headers are read in any case: all blocks are one compressed stream.
        var id = Number(piece.Payload) & int.MaxValue;
        var headers = headerReader.Read(piece.Payload.Slice(FixedBytes));
        if (id % 2 == 0 || id <= lastId)
        {
            throw new SpdyException($"a stream must not be opened with number {id}");
        }

        lastId = id;
        if (streams.Count >= MaxStreams)
        {
            await SendAsync(SpdyFrames.Reset(id, RefusedStream), ended.Token);
            return;
        }

        var stream = new SpdyStream(this, id, headers);
        streams[id] = stream;
        await ReplyAsync(id);
        if (piece.IsLast)
        {
            await stream.ReceiveAsync(new SpdyPiece(SpdyFrameType.Content, id, true, ReadOnlySequence<byte>.Empty), ended.Token);
        }

        await opened.Writer.WriteAsync(stream, ended.Token);
    }

    private async Task ReplyAsync(int id)
    {
        await writing.WaitAsync(ended.Token);
        try
        {
            await transport.WriteAsync(SpdyFrames.SynReply(id, headerWriter.Write([])), ended.Token);
            await transport.FlushAsync(ended.Token);
        }
        finally
        {
            writing.Release();
        }
    }

    /// <summary>A ping is answered by the end that did not send it: clients' have odd ids.</summary>
    private Task AnswerPingAsync(uint id) => (id % 2 == 1) != isClient ? SendAsync(SpdyFrames.Ping(id), ended.Token) : Task.CompletedTask;

    private static int Number(ReadOnlySequence<byte> payload)
    {
        if (payload.Length < 4)
        {
            throw new SpdyException("a control frame is too short");
        }

        Span<byte> number = stackalloc byte[4];
        payload.Slice(0, 4).CopyTo(number);
        return BinaryPrimitives.ReadInt32BigEndian(number);
    }
}
