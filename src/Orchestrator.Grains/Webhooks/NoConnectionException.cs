namespace Orchestrator.Grains.Webhooks;

/// <summary>Says in upstream's words why there is no connection; thrown inside a connection attempt, where an outcome cannot be returned.</summary>
internal sealed class NoConnectionException(string message) : IOException(message);
