using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using Google.Protobuf;
using Orchestrator.AgentProtocol;

namespace Orchestrator.Gateway.Streaming;

/// <summary>exec and attach over WebSocket: the first byte of each message names the channel.</summary>
/// <remarks>Upstream: apimachinery/pkg/util/remotecommand. v4.channel.k8s.io knows input, output, error output, Status and size; v5 also the end of the input.</remarks>
internal sealed class WebSocketEnd(WebSocket socket, bool hasStdout, bool hasStderr) : IClientEnd
{
    /// <summary>The protocols, the preferred one first. Without any the client speaks v4 and does not say so.</summary>
    public static readonly IReadOnlyList<string> Protocols = ["v5.channel.k8s.io", "v4.channel.k8s.io", "channel.k8s.io", ""];

    private const byte Stdin = 0;
    private const byte Stdout = 1;
    private const byte Stderr = 2;
    private const byte Error = 3;
    private const byte Size = 4;
    private const byte Closing = 255;
    private const int MaxInputBytes = 32 * 1024;

    /// <summary>A terminal's size is a few dozen bytes; the rest of a longer message is left out.</summary>
    private const int MaxSizeBytes = 1024;

    private readonly byte[] input = new byte[MaxInputBytes];
    private readonly MemoryStream size = new();
    private int channel = -1;

    /// <summary>An empty message tells the client that the other end is there.</summary>
    public Task GreetAsync(CancellationToken cancellationToken) =>
        SendAsync(hasStdout ? Stdout : hasStderr ? Stderr : Error, ReadOnlyMemory<byte>.Empty, cancellationToken);

    /// <inheritdoc />
    public async Task<StreamFrame?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            ValueWebSocketReceiveResult received;
            try
            {
                received = await socket.ReceiveAsync(input.AsMemory(), cancellationToken);
            }
            catch (WebSocketException)
            {
                return null;
            }

            if (received.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            if (Take(input.AsMemory(0, received.Count), received.EndOfMessage) is { } frame)
            {
                return frame;
            }
        }
    }

    /// <inheritdoc />
    public Task WriteAsync(ReadOnlyMemory<byte> bytes, bool isError, CancellationToken cancellationToken) =>
        isError ? (hasStderr ? SendAsync(Stderr, bytes, cancellationToken) : Task.CompletedTask)
        : hasStdout ? SendAsync(Stdout, bytes, cancellationToken) : Task.CompletedTask;

    /// <inheritdoc />
    public async Task FinishAsync(ReadOnlyMemory<byte> statusJson, CancellationToken cancellationToken)
    {
        await SendAsync(Error, statusJson, cancellationToken);
        try
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
        }
        catch (WebSocketException gone)
        {
            throw new IOException(gone.Message, gone);
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        // Whoever was polite has closed by now.
        socket.Abort();
        size.Dispose();
        return ValueTask.CompletedTask;
    }

    private StreamFrame? Take(ReadOnlyMemory<byte> piece, bool isLast)
    {
        if (channel < 0 && !piece.IsEmpty)
        {
            channel = piece.Span[0];
            piece = piece[1..];
        }

        var current = channel;
        channel = isLast ? -1 : channel;
        switch (current)
        {
            case Stdin when !piece.IsEmpty:
                return new StreamFrame { Stdin = ByteString.CopyFrom(piece.Span) };
            case Closing when !piece.IsEmpty && piece.Span[0] == Stdin:
                return new StreamFrame { CloseStdin = true };
            case Size:
                size.Write(piece.Span[..(int)Math.Min(piece.Length, MaxSizeBytes - size.Length)]);
                return isLast ? TakeSize() : null;
            default:
                // Clients may send on channels that this process does not have; upstream drops that, too.
                return null;
        }
    }

    private StreamFrame? TakeSize()
    {
        var read = TerminalSize.Read(size.ToArray());
        size.SetLength(0);
        return read is null ? null : new StreamFrame { Resize = read };
    }

    private async Task SendAsync(byte to, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var message = ArrayPool<byte>.Shared.Rent(bytes.Length + 1);
        try
        {
            message[0] = to;
            bytes.CopyTo(message.AsMemory(1));
            await socket.SendAsync(message.AsMemory(0, bytes.Length + 1), WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
        }
        catch (WebSocketException gone)
        {
            throw new IOException(gone.Message, gone);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
        }
    }
}

/// <summary>A terminal's size as clients send it: <c>{"Width":80,"Height":24}</c>.</summary>
internal static class TerminalSize
{
    /// <summary>The size; null when it is none.</summary>
    public static Resize? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            using var parsed = JsonDocument.ParseValue(ref reader);
            return parsed.RootElement.ValueKind == JsonValueKind.Object
                && Number(parsed.RootElement, "Width") is { } width && Number(parsed.RootElement, "Height") is { } height
                ? new Resize { Width = width, Height = height }
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static int? Number(JsonElement size, string name) =>
        size.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetUInt16(out var number) ? number : null;
}
