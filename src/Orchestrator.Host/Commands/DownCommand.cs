using System.CommandLine;
using Orchestrator.Host.Cluster;
using Orchestrator.Host.Startup;
using Orchestrator.Host.Up;

namespace Orchestrator.Host.Commands;

/// <summary><c>down</c>: ends what <c>up</c> started.</summary>
internal static class DownCommand
{
    private static readonly Option<string?> DataDirectoryOption = DataDirectoryOptions.Create();
    private static readonly Option<bool> Purge = new("--purge") { Description = "Remove the data as well" };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("down", "Stop the cluster of this host, its pods too") { DataDirectoryOption, Purge };
        command.Runs((given, cancellationToken) =>
            new ClusterDown(DataDirectory.Of(given.GetValue(DataDirectoryOption), mustExist: true), new ConsoleProgress()).RunAsync(given.GetValue(Purge), cancellationToken));
        return command;
    }
}
