using System.CommandLine;
using Orchestrator.Host.Database;

namespace Orchestrator.Host.Commands;

/// <summary><c>migrate</c>: brings a database to this program's schema, for those who do not let servers do it.</summary>
internal static class MigrateCommand
{
    private static readonly Option<string> Database = new("--database") { Description = "The database", HelpName = "CONNECTION", Required = true };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("migrate", "Bring a database to the schema of this program") { Database };
        ChangeLogOptions.Add(command);
        command.Runs((given, cancellationToken) => DatabaseSetup.MigrateAsync(given.GetValue(Database)!, ChangeLogOptions.Read(given), cancellationToken));
        return command;
    }
}
