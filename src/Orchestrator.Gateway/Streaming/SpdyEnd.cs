using System.Buffers;
using System.Collections.Concurrent;
using System.Threading.Channels;
using Google.Protobuf;
using Orchestrator.AgentProtocol;
using Orchestrator.AgentProtocol.Spdy;

namespace Orchestrator.Gateway.Streaming;

/// <summary>exec and attach over SPDY, as kubectl before 1.31 asks for them: a stream each for input, output, error output, size and Status.</summary>
internal sealed class SpdyEnd : IClientEnd
{
    /// <summary>The protocol. Its forerunners cannot carry an exit code and are asked for by no client of the last years.</summary>
    public static readonly IReadOnlyList<string> Protocols = ["v4.channel.k8s.io"];

    /// <summary>How long a client may take to open its streams. Upstream: --streaming-connection-idle-timeout's companion, 30 seconds.</summary>
    private static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Frames that may wait for the agent; then the streams wait.</summary>
    private const int MaxWaitingFrames = 8;

    private const int MaxInputBytes = 32 * 1024;
    private readonly SpdySession session;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<SpdyStream>> streams = new(StringComparer.Ordinal);
    private readonly Channel<StreamFrame> frames = Channel.CreateBounded<StreamFrame>(MaxWaitingFrames);
    private readonly CancellationTokenSource ended = new();
    private readonly Task accepting;
    private readonly bool hasStdout;
    private readonly bool hasStderr;

    public SpdyEnd(SpdySession session, bool hasStdout, bool hasStderr)
    {
        (this.session, this.hasStdout, this.hasStderr) = (session, hasStdout, hasStderr);
        accepting = AcceptAsync();
    }

    /// <inheritdoc />
    public async Task<StreamFrame?> ReadAsync(CancellationToken cancellationToken) =>
        await frames.Reader.WaitToReadAsync(cancellationToken) && frames.Reader.TryRead(out var frame) ? frame : null;

    /// <inheritdoc />
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, bool isError, CancellationToken cancellationToken)
    {
        if (isError ? hasStderr : hasStdout)
        {
            var stream = await StreamAsync(isError ? "stderr" : "stdout", cancellationToken);
            await stream.WriteAsync(bytes, cancellationToken);
        }
    }

    /// <inheritdoc />
    public async Task FinishAsync(ReadOnlyMemory<byte> statusJson, CancellationToken cancellationToken)
    {
        var error = await StreamAsync("error", cancellationToken);
        await error.WriteAsync(statusJson, cancellationToken);
        foreach (var stream in streams.Values.Where(stream => stream.Task.IsCompletedSuccessfully))
        {
            await (await stream.Task).FinishAsync(cancellationToken);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        await session.DisposeAsync();
        await Settle.AllAsync(accepting);
        ended.Dispose();
    }

    private async Task<SpdyStream> StreamAsync(string type, CancellationToken cancellationToken)
    {
        try
        {
            return await Expected(type).Task.WaitAsync(OpenTimeout, cancellationToken);
        }
        catch (TimeoutException late)
        {
            throw new IOException($"the client did not open its {type} stream", late);
        }
    }

    private TaskCompletionSource<SpdyStream> Expected(string type) =>
        streams.GetOrAdd(type, static _ => new TaskCompletionSource<SpdyStream>(TaskCreationOptions.RunContinuationsAsynchronously));

    private async Task AcceptAsync()
    {
        var pumps = new List<Task>();
        await foreach (var stream in session.Opened.ReadAllAsync(ended.Token))
        {
            var type = stream.Headers.GetValueOrDefault("streamtype", "");
            if (type is not ("error" or "stdin" or "stdout" or "stderr" or "resize") || !Expected(type).TrySetResult(stream))
            {
                await stream.ResetAsync(ended.Token);
            }
            else if (type is "stdin" or "resize")
            {
                pumps.Add(type == "stdin" ? PumpInputAsync(stream) : PumpSizesAsync(stream));
            }
        }

        await Settle.AllAsync([.. pumps]);
        frames.Writer.TryComplete();
    }

    private async Task PumpInputAsync(SpdyStream stream)
    {
        while (true)
        {
            var read = await stream.Input.ReadAsync(ended.Token);
            var taken = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, MaxInputBytes));
            if (!taken.IsEmpty)
            {
                await frames.Writer.WriteAsync(new StreamFrame { Stdin = ByteString.CopyFrom(taken.ToArray()) }, ended.Token);
            }

            stream.Input.AdvanceTo(taken.End);
            if (read.IsCompleted && taken.Length == read.Buffer.Length)
            {
                break;
            }
        }

        await frames.Writer.WriteAsync(new StreamFrame { CloseStdin = true }, ended.Token);
    }

    private async Task PumpSizesAsync(SpdyStream stream)
    {
        while (true)
        {
            // Each size comes as one JSON value; what has arrived up to a closing brace is whole.
            var read = await stream.Input.ReadAsync(ended.Token);
            var buffer = read.Buffer;
            while (buffer.PositionOf((byte)'}') is { } brace)
            {
                var end = buffer.GetPosition(1, brace);
                if (TerminalSize.Read(buffer.Slice(0, end).ToArray()) is { } size)
                {
                    await frames.Writer.WriteAsync(new StreamFrame { Resize = size }, ended.Token);
                }

                buffer = buffer.Slice(end);
            }

            stream.Input.AdvanceTo(buffer.Start, buffer.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }
}
