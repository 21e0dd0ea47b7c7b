namespace Orchestrator.Grains.Webhooks;

/// <summary>A Service has nothing to connect to; thrown inside a connection attempt, where an outcome cannot be returned.</summary>
internal sealed class NoEndpointException(string message) : IOException(message);
