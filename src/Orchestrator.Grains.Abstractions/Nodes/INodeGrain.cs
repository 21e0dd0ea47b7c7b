using Orleans.Concurrency;

namespace Orchestrator.Grains.Nodes;

/// <summary>The proxy to one host's agent. Holds liveness in memory, hands the agent what is bound to the node, takes status for those pods alone.</summary>
/// <remarks>The key is the node's name. The agent's connection ends in some silo's gateway, which relays: agent to grain by calls, grain to agent by observer.
/// Every call carries the agent's epoch; an older one than the newest seen is answered <see cref="AgentReply.Stale"/> true and changes nothing.</remarks>
[Alias("orchestrator.node")]
public interface INodeGrain : IGrainWithStringKey
{
    /// <summary>An agent connected. Registers or updates the Node object and sends the first full assignment (protobuf ServerMessage bytes) through the link.</summary>
    /// <param name="epoch">The agent's epoch, from its first AgentMessage.</param>
    /// <param name="hello">That message's Hello: protobuf Hello bytes, not the whole AgentMessage.</param>
    /// <param name="link">The way back; the gateway keeps it alive as long as the connection.</param>
    /// <param name="cancellationToken">Cancels the registration.</param>
    [Alias("connect")]
    Task<AgentReply> ConnectAsync(long epoch, Immutable<byte[]> hello, IAgentLink link, CancellationToken cancellationToken);

    /// <summary>A message of the agent (protobuf AgentMessage bytes): heartbeat, pod status, node status, event.</summary>
    [Alias("report")]
    Task<AgentReply> ReportAsync(long epoch, Immutable<byte[]> message, CancellationToken cancellationToken);

    /// <summary>The agent's connection ended.</summary>
    [Alias("disconnect")]
    Task DisconnectAsync(long epoch);

    /// <summary>Asks the agent to open a stream (exec, attach, logs, port-forward, proxy) by dialling back to a silo's gateway.</summary>
    /// <returns>Null when asked; else why not.</returns>
    [Alias("open-stream"), AlwaysInterleave]
    Task<string?> OpenStreamAsync(Immutable<byte[]> openStream, CancellationToken cancellationToken);

    /// <summary>When the agent was last heard; null when it is not connected. The Lease in kube-node-lease is made from this.</summary>
    [Alias("last-heard"), AlwaysInterleave]
    Task<DateTimeOffset?> LastHeardAsync();
}

/// <summary>The way from a NodeGrain to its agent, through the gateway that holds the connection.</summary>
[Alias("orchestrator.agent-link")]
public interface IAgentLink : IGrainObserver
{
    /// <summary>Sends a protobuf ServerMessage to the agent.</summary>
    /// <remarks>Not one-way: Orleans may reorder one-way messages, and the full assignment must come before the changes to it. Put the message aside and return.</remarks>
    [Alias("send")]
    Task SendAsync(Immutable<byte[]> message);
}

/// <summary>The grain's answer to an agent.</summary>
[GenerateSerializer, Immutable, Alias("orchestrator.agent-reply")]
public sealed record AgentReply
{
    /// <summary>A newer agent of this node has spoken: this one must stop.</summary>
    [Id(0)] public bool Stale { get; init; }

    /// <summary>The grain does not know this epoch's connection (it moved or restarted): connect again.</summary>
    [Id(1)] public bool Reconnect { get; init; }
}
