using System.CommandLine;
using Orchestrator.Host.Commands;

var root = new RootCommand("A container orchestrator that speaks Kubernetes' API")
{
    UpCommand.Create(),
    DownCommand.Create(),
    ServerCommand.Create(),
    AgentCommand.Create(),
    AgentProcessCommand.Create(),
    TokenCommand.Create(),
    MigrateCommand.Create(),
    DigestCommand.Create(),
    BackupCommand.Create(),
    RestoreCommand.Create(),
};

// Signals are ours: a server needs its time to stop.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
