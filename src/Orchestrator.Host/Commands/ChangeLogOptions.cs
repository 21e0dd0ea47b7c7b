using System.CommandLine;
using Orchestrator.Host.Startup;
using Orchestrator.Store;

namespace Orchestrator.Host.Commands;

/// <summary>How much of its past a cluster keeps, for <c>server</c> and <c>up</c>. All silos of a cluster should be told the same.</summary>
internal static class ChangeLogOptions
{
    /// <summary>Below this a partition holds so little that the catalog would be rewritten all the time.</summary>
    private const long FewestRevisions = 100;

    private static readonly StoreOptions Defaults = new() { ConnectionString = "" };

    private static readonly Option<TimeSpan> Retention = new("--log-retention") { Description = "How long changes are kept, for watches that resume and reads of the past (01:00:00)", HelpName = "HH:MM:SS", DefaultValueFactory = _ => Defaults.Retention };
    private static readonly Option<long> Megabytes = new("--log-megabytes") { Description = "How large the change log may become (2048)", HelpName = "MB", DefaultValueFactory = _ => Defaults.RetentionBytes / (1024 * 1024) };
    private static readonly Option<long> Revisions = new("--log-partition") { Description = "Changes in one partition of the log, which go together (100000)", HelpName = "N", DefaultValueFactory = _ => Defaults.PartitionRevisions };

    /// <summary>Adds the options to a command.</summary>
    public static void Add(Command command)
    {
        command.Add(Retention);
        command.Add(Megabytes);
        command.Add(Revisions);
    }

    /// <summary>The store's settings as they were given.</summary>
    /// <exception cref="StartupException">A value makes no sense.</exception>
    public static StoreOptions Read(ParseResult given)
    {
        var (retention, megabytes, revisions) = (given.GetValue(Retention), given.GetValue(Megabytes), given.GetValue(Revisions));
        if (retention <= TimeSpan.Zero || megabytes <= 0 || revisions < FewestRevisions)
        {
            throw new StartupException($"--log-retention and --log-megabytes must be more than nothing, and --log-partition at least {FewestRevisions}");
        }

        return Defaults with { Retention = retention, RetentionBytes = megabytes * 1024 * 1024, PartitionRevisions = revisions };
    }
}
