using System.Buffers;
using System.Buffers.Binary;
using System.Net.WebSockets;
using Google.Protobuf;
using Orchestrator.AgentProtocol;

namespace Orchestrator.Gateway.Streaming;

/// <summary>
/// Forwards a connection for each port over one WebSocket whose messages name a channel: an even one for the data of a port, the next for
/// its error. So speak the Python, JavaScript and C# clients.
/// </summary>
/// <remarks>Upstream: kubelet/pkg/cri/streaming/portforward/websocket.go. The first message of each channel is its port, two bytes, the lower first.</remarks>
internal sealed class ChannelForwarding(WebSocket socket, IReadOnlyList<int> ports, Func<int, CancellationToken, Task<DialOutcome>> dial) : IDisposable
{
    /// <summary>The protocols. Without any the client speaks the same and does not say so.</summary>
    public static readonly IReadOnlyList<string> Protocols = ["v4.channel.k8s.io", ""];

    /// <summary>A channel is one byte, and each port has two: more cannot be told apart.</summary>
    public const int MaxPorts = 128;

    private const int MaxInputBytes = 32 * 1024;

    /// <summary>How long a client may take to close its end after everything has ended.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim sending = new(1, 1);
    private readonly TaskCompletionSource<AgentStream?>[] agents =
        [.. ports.Select(static _ => new TaskCompletionSource<AgentStream?>(TaskCreationOptions.RunContinuationsAsynchronously))];

    /// <summary>Runs until every connection has ended, or the client has gone.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var down = Task.WhenAll(Enumerable.Range(0, ports.Count).Select(i => ForwardAsync(i, ended.Token)));
        var up = PumpUpAsync(ended.Token);
        try
        {
            if (await Task.WhenAny(up, down) == down)
            {
                await down;
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, ended.Token);

                // A connection that is broken off at once can take the last bytes with it.
                await Task.WhenAny(up, Task.Delay(CloseTimeout, ended.Token));
            }
        }
        catch (Exception gone) when (gone is WebSocketException or IOException)
        {
            // The client has gone: nobody is left to tell.
        }
        finally
        {
            await ended.CancelAsync();
            await Settle.AllAsync(up, down);
            socket.Abort();
        }
    }

    /// <inheritdoc />
    public void Dispose() => sending.Dispose();

    private async Task ForwardAsync(int index, CancellationToken cancellationToken)
    {
        var (data, error) = ((byte)(2 * index), (byte)((2 * index) + 1));
        try
        {
            var port = new byte[sizeof(ushort)];
            BinaryPrimitives.WriteUInt16LittleEndian(port, (ushort)ports[index]);
            await SendAsync(data, port, cancellationToken);
            await SendAsync(error, port, cancellationToken);
            var outcome = await dial(ports[index], cancellationToken);
            if (outcome.Stream is not { } agent)
            {
                await SendAsync(error, PortForwarding.Message(outcome.Failure!), cancellationToken);
                return;
            }

            using (agent)
            {
                agents[index].TrySetResult(agent);
                await PumpDownAsync(agent, data, error, cancellationToken);
            }
        }
        finally
        {
            agents[index].TrySetResult(null);
        }
    }

    private async Task PumpDownAsync(AgentStream agent, byte data, byte error, CancellationToken cancellationToken)
    {
        while (await agent.ReadAsync(cancellationToken) is { } frame)
        {
            if (frame.ContentCase == StreamFrame.ContentOneofCase.Stdout)
            {
                await SendAsync(data, frame.Stdout.Memory, cancellationToken);
            }
            else if (frame.ContentCase == StreamFrame.ContentOneofCase.StatusJson)
            {
                if (PortForwarding.Message(frame.StatusJson.Span) is { Length: > 0 } message)
                {
                    await SendAsync(error, message, cancellationToken);
                }

                return;
            }
        }

        await SendAsync(error, PortForwarding.LostNode, cancellationToken);
    }

    /// <summary>Input of the client goes to the port of its channel; what a port does not take, the client waits with.</summary>
    private async Task PumpUpAsync(CancellationToken cancellationToken)
    {
        var input = new byte[MaxInputBytes];
        var channel = -1;
        while (true)
        {
            ValueWebSocketReceiveResult received;
            try
            {
                received = await socket.ReceiveAsync(input.AsMemory(), cancellationToken);
            }
            catch (WebSocketException)
            {
                return;
            }

            if (received.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            var piece = input.AsMemory(0, received.Count);
            if (channel < 0 && !piece.IsEmpty)
            {
                channel = piece.Span[0];
                piece = piece[1..];
            }

            // A client has nothing to say on the channels of errors, and none on channels that were not opened: upstream drops that, too.
            if (!piece.IsEmpty && channel % 2 == 0 && channel / 2 < agents.Length && await agents[channel / 2].Task.WaitAsync(cancellationToken) is { } agent)
            {
                await agent.TryWriteAsync(new StreamFrame { Stdin = ByteString.CopyFrom(piece.Span) }, cancellationToken);
            }

            channel = received.EndOfMessage ? -1 : channel;
        }
    }

    private async Task SendAsync(byte channel, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var message = ArrayPool<byte>.Shared.Rent(bytes.Length + 1);
        await sending.WaitAsync(cancellationToken);
        try
        {
            message[0] = channel;
            bytes.CopyTo(message.AsMemory(1));
            await socket.SendAsync(message.AsMemory(0, bytes.Length + 1), WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
        }
        finally
        {
            sending.Release();
            ArrayPool<byte>.Shared.Return(message);
        }
    }
}
