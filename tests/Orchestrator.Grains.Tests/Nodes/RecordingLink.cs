using System.Threading.Channels;
using Orchestrator.AgentProtocol;
using Orchestrator.Grains.Nodes;
using Orleans.Concurrency;

namespace Orchestrator.Grains.Tests.Nodes;

/// <summary>The agent's end of a link: keeps what it is sent.</summary>
public sealed class RecordingLink : IAgentLink
{
    private readonly Channel<ServerMessage> received = Channel.CreateUnbounded<ServerMessage>();

    public Task SendAsync(Immutable<byte[]> message)
    {
        received.Writer.TryWrite(ServerMessage.Parser.ParseFrom(message.Value));
        return Task.CompletedTask;
    }

    /// <summary>The next message that is wanted; others are passed over.</summary>
    public async Task<T> NextAsync<T>(Func<ServerMessage, T?> choose, CancellationToken cancellationToken)
        where T : class
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            if (choose(await received.Reader.ReadAsync(limit.Token)) is { } chosen)
            {
                return chosen;
            }
        }
    }
}
