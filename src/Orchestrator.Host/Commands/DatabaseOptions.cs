using System.CommandLine;
using Orchestrator.Host.Cluster;
using Orchestrator.Host.Database;

namespace Orchestrator.Host.Commands;

/// <summary>The options of commands that go to a cluster's database themselves.</summary>
internal sealed class DatabaseOptions
{
    private readonly Option<string?> directory = DataDirectoryOptions.Create();
    private readonly Option<string?> database = new("--database") { Description = "The cluster's PostgreSQL (that of the data directory)", HelpName = "CONNECTION" };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(directory);
        command.Add(database);
    }

    /// <summary>The connection string of the database that is meant.</summary>
    public string Read(ParseResult given)
    {
        if (given.GetValue(database) is { } named)
        {
            return named;
        }

        var found = DataDirectory.Of(given.GetValue(directory), mustExist: true);
        return found.ReadRecord()?.Database ?? PrivatePostgres.ConnectionOf(found);
    }
}
