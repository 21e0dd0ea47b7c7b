using Microsoft.Extensions.Logging;

namespace Orchestrator.Grains.Nodes;

internal sealed partial class NodeGrain
{
    [LoggerMessage(Level = LogLevel.Information, Message = "The agent of {Node} connected with epoch {Epoch}")]
    private partial void LogConnected(string node, long epoch);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The agent of {Node} could not be registered: {Why}")]
    private partial void LogObstacle(string node, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A {Report} report of {Node} could not be written: {Why}")]
    private partial void LogReportObstacle(string node, string report, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A message to the agent of {Node} could not be sent")]
    private partial void LogLinkFault(string node, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The agent of {Node} could not be brought up to date and has to connect again")]
    private partial void LogFollowFault(string node, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Node} was last heard at {LastHeard}; its silence: {Outcome}")]
    private partial void LogSilent(string node, DateTimeOffset lastHeard, string outcome);
}
