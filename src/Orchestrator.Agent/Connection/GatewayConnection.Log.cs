using Microsoft.Extensions.Logging;

namespace Orchestrator.Agent.Connection;

internal sealed partial class GatewayConnection
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Connected to {Url} with epoch {Epoch}")]
    private partial void LogConnected(Uri url, long epoch);

    [LoggerMessage(Level = LogLevel.Warning, Message = "No connection to {Url}: {Reason}; next attempt in {Pause}")]
    private partial void LogDisconnected(Uri url, string reason, TimeSpan pause);
}
