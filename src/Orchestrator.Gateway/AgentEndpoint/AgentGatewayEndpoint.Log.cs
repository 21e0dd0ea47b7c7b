using Microsoft.Extensions.Logging;

namespace Orchestrator.Gateway.AgentEndpoint;

internal sealed partial class AgentGatewayEndpoint
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Node {Node} joined: its certificate is signed")]
    private partial void LogJoined(string node);

    [LoggerMessage(Level = LogLevel.Information, Message = "The agent of node {Node} connected with epoch {Epoch}")]
    private partial void LogConnected(string node, long epoch);

    [LoggerMessage(Level = LogLevel.Information, Message = "The agent of node {Node} disconnected")]
    private partial void LogDisconnected(string node);
}
