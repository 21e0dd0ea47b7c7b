using System.CommandLine;
using Orchestrator.Host.Cluster;

namespace Orchestrator.Host.Commands;

/// <summary>The option that most commands have.</summary>
internal static class DataDirectoryOptions
{
    /// <summary>The option.</summary>
    public static Option<string?> Create() => new("--data-dir") { Description = $"Where the cluster is ({DataDirectory.DefaultPath})", HelpName = "DIR" };
}
