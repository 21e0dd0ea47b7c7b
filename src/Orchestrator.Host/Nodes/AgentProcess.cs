using System.Text.Json;
using Orchestrator.Agent;
using Orchestrator.Host.Cluster;
using Orchestrator.Host.Processes;
using Orchestrator.Host.Up;

namespace Orchestrator.Host.Nodes;

/// <summary>The agent as a process of its own: killing the server does not end it, and killing it does not end the pods.</summary>
internal sealed class AgentProcess(DataDirectory directory, AgentOptions options) : IPart
{
    private const string PartName = "agent";

    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(15);

    /// <summary>An agent is mostly idle; it should be small rather than fast.</summary>
    private static readonly Dictionary<string, string> SmallRuntime = new()
    {
        ["DOTNET_gcServer"] = "0",
        ["DOTNET_gcConcurrent"] = "0",
        ["DOTNET_GCConserveMemory"] = "5",

        // Otherwise the youngest objects may fill most of the processor's cache before they are looked through: tens of megabytes.
        ["DOTNET_GCgen0size"] = "0x400000",
        ["DOTNET_TieredPGO"] = "0",
    };

    /// <inheritdoc />
    public string Name => PartName;

    /// <inheritdoc />
    public bool IsAlive => PidFile.FindAlive(directory.PidFileOf(PartName)) is not null;

    private string OptionsPath => Path.Combine(directory.Agent, "agent.json");

    /// <inheritdoc />
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // With the build's identity: an agent of an older build gives way to one of this.
        var wanted = JsonSerializer.Serialize(new AgentFile(typeof(NodeAgent).Module.ModuleVersionId, options));
        if (IsAlive && File.Exists(OptionsPath) && await File.ReadAllTextAsync(OptionsPath, cancellationToken) == wanted)
        {
            return;
        }

        await StopAsync();
        await File.WriteAllTextAsync(OptionsPath, wanted, cancellationToken);
        await DetachedProcess.StartAsync(
            directory.PidFileOf(PartName), directory.LogOf(PartName), [.. OwnProgram.Command, "agent-process", OptionsPath], SmallRuntime, cancellationToken: cancellationToken);
    }

    /// <inheritdoc />
    public Task StopAsync() => StopAsync(directory);

    /// <summary>Ends the agent of a directory, if it runs. Its pods go on.</summary>
    public static Task StopAsync(DataDirectory directory) => PidFile.FindAlive(directory.PidFileOf(PartName)) is { } process
        ? Signals.EndAsync(process, Signals.Terminate, StopPatience)
        : Task.CompletedTask;

    /// <summary>What an agent process was started with.</summary>
    public static AgentOptions Read(string path) => JsonSerializer.Deserialize<AgentFile>(File.ReadAllText(path))!.Options;

    private sealed record AgentFile(Guid Build, AgentOptions Options);
}
