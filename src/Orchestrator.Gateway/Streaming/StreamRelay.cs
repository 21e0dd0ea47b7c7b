using Orchestrator.AgentProtocol;
using Orchestrator.Api.Machinery;
using Orchestrator.Gateway.Answers;

namespace Orchestrator.Gateway.Streaming;

/// <summary>Relays a process' streams between a client and the agent. What one side does not take, the other waits with: nothing is kept but the frame on its way.</summary>
internal static class StreamRelay
{
    /// <summary>How long a client may take to close its end after it was told how the process ended.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Runs until the process has ended and the client knows how, or the client has gone.</summary>
    public static async Task RunAsync(IClientEnd client, AgentStream agent, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var up = PumpUpAsync(client, agent, ended.Token);
        var down = PumpDownAsync(client, agent, ended.Token);
        try
        {
            if (await Task.WhenAny(up, down) == down)
            {
                await down;
                await Task.WhenAny(up, Task.Delay(CloseTimeout, ended.Token));
            }
        }
        finally
        {
            // A client that has gone ends the agent's part as well: nobody would take what it sends.
            agent.Dispose();
            await ended.CancelAsync();
            await Settle.AllAsync(up, down);
        }
    }

    private static async Task PumpUpAsync(IClientEnd client, AgentStream agent, CancellationToken cancellationToken)
    {
        while (await client.ReadAsync(cancellationToken) is { } frame)
        {
            // When the agent has gone, the other direction notices and ends the relay.
            await agent.TryWriteAsync(frame, cancellationToken);
        }
    }

    private static async Task PumpDownAsync(IClientEnd client, AgentStream agent, CancellationToken cancellationToken)
    {
        while (await agent.ReadAsync(cancellationToken) is { } frame)
        {
            switch (frame.ContentCase)
            {
                case StreamFrame.ContentOneofCase.Stdout:
                    await client.WriteAsync(frame.Stdout.Memory, isError: false, cancellationToken);
                    break;
                case StreamFrame.ContentOneofCase.Stderr:
                    await client.WriteAsync(frame.Stderr.Memory, isError: true, cancellationToken);
                    break;
                case StreamFrame.ContentOneofCase.StatusJson:
                    await client.FinishAsync(frame.StatusJson.Memory, cancellationToken);
                    return;
                default:
                    break;
            }
        }

        await client.FinishAsync(AnswerWriter.Encode(Statuses.InternalError("the connection to the node was lost").ToJson()), cancellationToken);
    }
}
