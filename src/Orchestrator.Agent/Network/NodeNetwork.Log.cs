using Microsoft.Extensions.Logging;

namespace Orchestrator.Agent.Network;

internal sealed partial class NodeNetwork
{
    [LoggerMessage(Level = LogLevel.Error, Message = "nftables refused the Service rules; the old ones stay in force: {Error}")]
    private partial void LogRulesRefused(string error);
}
