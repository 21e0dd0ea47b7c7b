using System.Threading.Channels;
using Grpc.Core;
using Orchestrator.AgentProtocol;

namespace Orchestrator.Agent.Connection;

/// <summary>Reads what the control plane says, and has it carried out in its order; who opens a stream does not wait for that, as rules of the network may take seconds to write.</summary>
/// <param name="messages">Carries it out.</param>
/// <param name="heard">Called with every message.</param>
internal sealed class ServerInbox(IServerMessages messages, Action heard)
{
    /// <summary>Messages that may wait until those before them are carried out. With more the connection is read no further, and after a while the gateway ends it.</summary>
    private const int MaxWaiting = 1024;

    /// <summary>Runs until the other side ends; what it said before is carried out.</summary>
    /// <exception cref="InvalidOperationException">The control plane refuses this agent for good.</exception>
    /// <exception cref="IOException">The control plane refuses this agent for now.</exception>
    /// <exception cref="RpcException">The connection broke.</exception>
    public async Task RunAsync(IAsyncStreamReader<ServerMessage> stream, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var waiting = Channel.CreateBounded<ServerMessage>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true, SingleWriter = true });
        var taking = TakeAsync(waiting.Reader, over.Token);
        var reading = ReadAsync(stream, waiting.Writer, over.Token);
        try
        {
            // Only a fault ends the taking first.
            await await Task.WhenAny(reading, taking);
            await taking;
        }
        finally
        {
            await over.CancelAsync();
            await Task.WhenAll(reading, taking).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private async Task ReadAsync(IAsyncStreamReader<ServerMessage> stream, ChannelWriter<ServerMessage> waiting, CancellationToken cancellationToken)
    {
        try
        {
            while (await stream.MoveNext(cancellationToken))
            {
                heard();
                var message = stream.Current;
                switch (message.ContentCase)
                {
                    case ServerMessage.ContentOneofCase.OpenStream:
                        messages.Take(message.OpenStream);
                        break;
                    case ServerMessage.ContentOneofCase.Refused when message.Refused.Permanent:
                        throw new InvalidOperationException(message.Refused.Reason);
                    case ServerMessage.ContentOneofCase.Refused:
                        throw new IOException(message.Refused.Reason);
                    case ServerMessage.ContentOneofCase.Assignment or ServerMessage.ContentOneofCase.Pod or ServerMessage.ContentOneofCase.Network:
                        await waiting.WriteAsync(message, cancellationToken);
                        break;
                }
            }
        }
        finally
        {
            waiting.TryComplete();
        }
    }

    private async Task TakeAsync(ChannelReader<ServerMessage> waiting, CancellationToken cancellationToken)
    {
        await foreach (var message in waiting.ReadAllAsync(cancellationToken))
        {
            await (message.ContentCase switch
            {
                ServerMessage.ContentOneofCase.Assignment => messages.TakeAsync(message.Assignment, cancellationToken),
                ServerMessage.ContentOneofCase.Pod => messages.TakeAsync(message.Pod, cancellationToken),
                _ => messages.TakeAsync(message.Network, cancellationToken),
            });
        }
    }
}
