using System.CommandLine;
using Orchestrator.Host.Database;
using Orchestrator.Store.Backups;

namespace Orchestrator.Host.Commands;

/// <summary><c>backup FILE</c>: the objects of a running cluster, all at one revision.</summary>
internal static class BackupCommand
{
    private static readonly Argument<string> FileArgument = new("FILE") { Description = "Where to write it; Secrets are in it" };
    private static readonly DatabaseOptions Database = new();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("backup", "Write a running cluster's objects to a file, all at one revision") { FileArgument };
        Database.AddTo(command);
        command.Runs(RunAsync);
        return command;
    }

    private static Task RunAsync(ParseResult given, CancellationToken cancellationToken) => DatabaseSetup.UseAsync(Database.Read(given), async source =>
    {
        var path = given.GetValue(FileArgument)!;
        var summary = await ClusterBackup.WriteAsync(source, path, TimeProvider.System, cancellationToken);
        Console.WriteLine($"{path}: {summary}");
    });
}
