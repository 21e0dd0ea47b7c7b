using System.CommandLine;
using Microsoft.Extensions.Logging;
using Orchestrator.Host.Cluster;
using Orchestrator.Host.Nodes;

namespace Orchestrator.Host.Commands;

/// <summary><c>agent-process</c>: the agent as <c>up</c> starts it. Not for people, who have <c>agent</c>.</summary>
internal static class AgentProcessCommand
{
    private static readonly Argument<string> Options = new("options") { Description = "The file that up has written" };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("agent-process", "The agent as up starts it") { Options };
        command.Hidden = true;
        command.Runs(async (given, cancellationToken) =>
        {
            using var loggers = ServerLogging.Create(LogLevel.Information);
            await NodeProcess.RunAsync(AgentProcess.Read(given.GetValue(Options)!), loggers, cancellationToken);
        });
        return command;
    }
}
