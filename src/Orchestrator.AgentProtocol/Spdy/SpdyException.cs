namespace Orchestrator.AgentProtocol.Spdy;

/// <summary>The peer broke the protocol or went beyond a bound: the connection is of no more use.</summary>
internal sealed class SpdyException(string message) : IOException(message);
