using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using Orchestrator.AgentProtocol;
using Orchestrator.Gateway.Hosting;
using Orchestrator.Grains.Nodes;
using Orleans.Concurrency;

namespace Orchestrator.Gateway.AgentEndpoint;

/// <summary>Relays between one connected agent and its NodeGrain until either is done.</summary>
internal sealed class AgentConversation(
    IGrainSource grains, string node, IAsyncStreamReader<AgentMessage> fromAgent, IServerStreamWriter<ServerMessage> toAgent)
{
    /// <summary>Messages that may wait for the agent to read. When they are full the connection is ended: on reconnecting the agent gets the whole assignment.</summary>
    private const int MaxWaitingMessages = 4096;

    private readonly Channel<ServerMessage> outgoing = Channel.CreateBounded<ServerMessage>(new BoundedChannelOptions(MaxWaitingMessages) { SingleReader = true });
    private readonly INodeGrain grain = grains.Node(node);

    /// <summary>Runs with the reader standing on the agent's Hello.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var hello = fromAgent.Current;

        // Orleans holds observers weakly: this local keeps the link alive as long as the connection.
        var link = new AgentLink(outgoing.Writer);
        var published = grains.Publish(link);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var sending = SendAsync(ended.Token);
            var receiving = ReceiveAsync(hello, published, ended.Token);
            await await Task.WhenAny(sending, receiving);
            outgoing.Writer.TryComplete();
            await sending;
        }
        finally
        {
            await ended.CancelAsync();
            grains.Withdraw(published);
            await grain.DisconnectAsync(hello.Epoch);
            GC.KeepAlive(link);
        }
    }

    private async Task ReceiveAsync(AgentMessage hello, IAgentLink link, CancellationToken cancellationToken)
    {
        if (!await ConnectAsync(hello, link, cancellationToken))
        {
            return;
        }

        while (await fromAgent.MoveNext(cancellationToken))
        {
            var message = fromAgent.Current;
            if (message.ContentCase == AgentMessage.ContentOneofCase.Node)
            {
                hello = WithStatus(hello, message.Node.StatusJson);
            }

            var reply = await grain.ReportAsync(message.Epoch, new Immutable<byte[]>(message.ToByteArray()), cancellationToken);
            if (reply.Stale)
            {
                Refuse("a newer agent of this node has connected");
                return;
            }

            // The grain moved or restarted: introduce the agent again, then say once more what it did not take.
            if (reply.Reconnect)
            {
                if (!await ConnectAsync(hello, link, cancellationToken))
                {
                    return;
                }

                await grain.ReportAsync(message.Epoch, new Immutable<byte[]>(message.ToByteArray()), cancellationToken);
            }

            if (message.ContentCase == AgentMessage.ContentOneofCase.Heartbeat)
            {
                outgoing.Writer.TryWrite(new ServerMessage { HeartbeatReply = new HeartbeatReply { Sequence = message.Heartbeat.Sequence } });
            }
        }
    }

    /// <summary>The Hello with the node's status as it was last told: an introduction hours later must not say what was true when the agent started.</summary>
    private static AgentMessage WithStatus(AgentMessage hello, ByteString statusJson)
    {
        var node = JsonNode.Parse(hello.Hello.NodeJson.Span) as JsonObject;
        if (node is null || Parse(statusJson) is not { } status)
        {
            return hello;
        }

        node["status"] = status;
        var fresh = hello.Clone();
        fresh.Hello.NodeJson = ByteString.CopyFromUtf8(node.ToJsonString());
        return fresh;
    }

    // What is no JSON is for the grain to refuse.
    private static JsonObject? Parse(ByteString json)
    {
        try
        {
            return JsonNode.Parse(json.Span) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task<bool> ConnectAsync(AgentMessage hello, IAgentLink link, CancellationToken cancellationToken)
    {
        var reply = await grain.ConnectAsync(hello.Epoch, new Immutable<byte[]>(hello.Hello.ToByteArray()), link, cancellationToken);
        if (reply.Stale)
        {
            Refuse("a newer agent of this node has connected");
        }

        return !reply.Stale;
    }

    private void Refuse(string reason) => outgoing.Writer.TryWrite(new ServerMessage { Refused = new Refused { Reason = reason, Permanent = true } });

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        await foreach (var message in outgoing.Reader.ReadAllAsync(cancellationToken))
        {
            await toAgent.WriteAsync(message, cancellationToken);
        }
    }

    private sealed class AgentLink(ChannelWriter<ServerMessage> outgoing) : IAgentLink
    {
        public Task SendAsync(Immutable<byte[]> message)
        {
            if (!outgoing.TryWrite(ServerMessage.Parser.ParseFrom(message.Value)))
            {
                outgoing.TryComplete();
            }

            return Task.CompletedTask;
        }
    }
}
