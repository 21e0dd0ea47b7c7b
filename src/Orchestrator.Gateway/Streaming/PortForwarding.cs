using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Orchestrator.AgentProtocol;
using Orchestrator.AgentProtocol.Spdy;

namespace Orchestrator.Gateway.Streaming;

/// <summary>Forwards connections into a pod: each is a pair of SPDY streams on the client's side and a stream of its own on the agent's.</summary>
/// <remarks>Upstream: kubelet/pkg/cri/streaming/portforward/httpstream.go.</remarks>
internal sealed class PortForwarding(SpdySession session, Func<int, CancellationToken, Task<DialOutcome>> dial)
{
    /// <summary>The protocol over SPDY.</summary>
    public const string Protocol = "portforward.k8s.io";

    /// <summary>The same, through a WebSocket.</summary>
    public const string TunnelProtocol = "SPDY/3.1+portforward.k8s.io";

    /// <summary>What a client hears when the node has gone.</summary>
    public static readonly byte[] LostNode = "the connection to the node was lost"u8.ToArray();

    /// <summary>Connections that a client may have in the making: more error streams without their data streams are refused.</summary>
    private const int MaxHalfOpen = 256;

    /// <summary>Connections at once; more are refused, as a listener with a full backlog does.</summary>
    private const int MaxConnections = 1024;

    private readonly Dictionary<string, SpdyStream> halfOpen = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, Task> connections = new();

    /// <summary>Runs until the client has gone.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            await foreach (var stream in session.Opened.ReadAllAsync(ended.Token))
            {
                await AcceptAsync(stream, ended.Token);
            }
        }
        finally
        {
            await ended.CancelAsync();
            await session.DisposeAsync();
            await Settle.AllAsync([.. connections.Values]);
        }
    }

    private async Task AcceptAsync(SpdyStream stream, CancellationToken cancellationToken)
    {
        var request = stream.Headers.GetValueOrDefault("requestid", "");
        var isError = stream.Headers.GetValueOrDefault("streamtype", "") == "error";
        if (isError && halfOpen.Count < MaxHalfOpen && halfOpen.TryAdd(request, stream))
        {
            return;
        }

        if (isError || !halfOpen.Remove(request, out var error) || connections.Count >= MaxConnections
            || !ushort.TryParse(stream.Headers.GetValueOrDefault("port", ""), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
        {
            await stream.ResetAsync(cancellationToken);
            return;
        }

        var connection = ForwardAsync(stream, error, port, cancellationToken);
        connections[stream.Id] = connection;
        _ = connection.ContinueWith(_ => connections.TryRemove(stream.Id, out var _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private async Task ForwardAsync(SpdyStream data, SpdyStream error, int port, CancellationToken cancellationToken)
    {
        try
        {
            var outcome = await dial(port, cancellationToken);
            if (outcome.Stream is { } agent)
            {
                await RelayAsync(data, error, agent, cancellationToken);
            }
            else
            {
                await error.WriteAsync(Message(outcome.Failure!), cancellationToken);
            }

            await data.FinishAsync(cancellationToken);
            await error.FinishAsync(cancellationToken);
            await data.Input.CompleteAsync();
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException or TimeoutException)
        {
            // The client has gone, or the grain did not answer: then the client's streams are broken off, if it is still there.
            await Settle.AllAsync(data.ResetAsync(cancellationToken), error.ResetAsync(cancellationToken));
        }
    }

    private static async Task RelayAsync(SpdyStream data, SpdyStream error, AgentStream agent, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var up = PumpUpAsync(data, agent, ended.Token);
        var down = PumpDownAsync(data, error, agent, ended.Token);
        try
        {
            // A client that is done sending may go on reading; one that breaks the stream off may not.
            await await Task.WhenAny(down, data.Broken);
        }
        finally
        {
            agent.Dispose();
            await ended.CancelAsync();
            await Settle.AllAsync(up, down);
        }
    }

    private static async Task PumpUpAsync(SpdyStream data, AgentStream agent, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await data.Input.ReadAsync(cancellationToken);
            foreach (var part in read.Buffer)
            {
                // When the agent has gone, the other direction ends the relay.
                await agent.TryWriteAsync(new StreamFrame { Stdin = UnsafeByteOperations.UnsafeWrap(part) }, cancellationToken);
            }

            data.Input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                await agent.TryWriteAsync(new StreamFrame { CloseStdin = true }, cancellationToken);
                return;
            }
        }
    }

    private static async Task PumpDownAsync(SpdyStream data, SpdyStream error, AgentStream agent, CancellationToken cancellationToken)
    {
        while (await agent.ReadAsync(cancellationToken) is { } frame)
        {
            if (frame.ContentCase == StreamFrame.ContentOneofCase.Stdout)
            {
                await data.WriteAsync(frame.Stdout.Memory, cancellationToken);
            }
            else if (frame.ContentCase == StreamFrame.ContentOneofCase.StatusJson)
            {
                if (Message(frame.StatusJson.Span) is { Length: > 0 } message)
                {
                    await error.WriteAsync(message, cancellationToken);
                }

                return;
            }
        }

        await error.WriteAsync(LostNode, cancellationToken);
    }

    /// <summary>What a Status says; nothing when it is one of success.</summary>
    public static byte[] Message(ReadOnlySpan<byte> statusJson)
    {
        var reader = new Utf8JsonReader(statusJson);
        using var status = JsonDocument.ParseValue(ref reader);
        return status.RootElement.TryGetProperty("message", out var message) ? Encoding.UTF8.GetBytes(message.GetString() ?? "") : [];
    }
}
