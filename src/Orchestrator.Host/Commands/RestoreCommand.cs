using System.CommandLine;
using System.Globalization;
using Orchestrator.Host.Database;
using Orchestrator.Host.Startup;
using Orchestrator.Store.Backups;

namespace Orchestrator.Host.Commands;

/// <summary><c>restore FILE</c>: puts a backup in place of what a cluster has, running or not.</summary>
internal static class RestoreCommand
{
    private static readonly Argument<string> FileArgument = new("FILE") { Description = "The backup" };
    private static readonly DatabaseOptions Database = new();

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("restore", "Put a backup in place of all objects that a cluster has, running or not") { FileArgument };
        Database.AddTo(command);
        ChangeLogOptions.Add(command);
        command.Runs(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult given, CancellationToken cancellationToken)
    {
        var (database, path) = (Database.Read(given), given.GetValue(FileArgument)!);
        if (!File.Exists(path))
        {
            throw new StartupException($"there is no file {path}");
        }

        var options = ChangeLogOptions.Read(given);
        await DatabaseSetup.MigrateAsync(database, options, cancellationToken);
        await DatabaseSetup.UseAsync(database, async source =>
        {
            try
            {
                var (backup, first) = await ClusterRestore.RunAsync(source, path, options, cancellationToken);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"restored {backup}; the cluster goes on from revision {first.Value}"));
            }
            catch (BackupDamagedException e)
            {
                throw new StartupException($"{e.Message}. Nothing was changed.", e);
            }
        });
    }
}
