using System.Globalization;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent;
using Orchestrator.Host.Cluster;
using Orchestrator.Host.Processes;
using Orchestrator.Host.Startup;
using Orchestrator.Host.Up;

namespace Orchestrator.Host.Nodes;

/// <summary>Makes this host a node of a cluster elsewhere, in this process, and keeps the runtime running.</summary>
internal sealed class NodeRun(DataDirectory directory, IStartProgress progress)
{
    private readonly List<IPart> parts = [];
    private readonly Stack<Func<Task>> begun = new();

    /// <summary>Runs until cancelled. The runtime and the pods go on running: a later start finds them, and <c>down</c> ends them.</summary>
    /// <param name="settings">What the node is to be.</param>
    /// <param name="join">Gets the node's certificate when there is none that is good.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(NodeSettings settings, Func<NodeFiles, CancellationToken, Task> join, CancellationToken cancellationToken)
    {
        await directory.PrepareAsync(cancellationToken);
        using var taken = directory.Lock();
        PidFile.Write(directory.PidFileOf("server"), ProcessIdentity.Current);
        try
        {
            var options = await StartAsync(settings, join, cancellationToken);
            progress.Ready([string.Create(CultureInfo.InvariantCulture, $"This host is the node {settings.Name} of {settings.Server}.")]);
            await ServeAsync(options, cancellationToken);
        }
        finally
        {
            File.Delete(directory.PidFileOf("server"));
        }
    }

    private async Task<AgentOptions> StartAsync(NodeSettings settings, Func<NodeFiles, CancellationToken, Task> join, CancellationToken cancellationToken)
    {
        try
        {
            var files = new NodeFiles(directory.Agent);
            if (!files.AreGood(settings.Name, null, TimeProvider.System))
            {
                await join(files, cancellationToken);
                progress.Done($"joined {settings.Server}");
            }

            return await HostNode.PrepareAsync(directory, settings, BeginAsync, progress, cancellationToken);
        }
        catch
        {
            while (begun.TryPop(out var undo))
            {
                await undo();
            }

            throw;
        }
    }

    private async Task ServeAsync(AgentOptions options, CancellationToken cancellationToken)
    {
        using var loggers = ServerLogging.Create(LogLevel.Information);
        var supervisor = new Supervisor(parts, loggers.CreateLogger<Supervisor>(), TimeProvider.System);
        await Task.WhenAll(supervisor.RunAsync(cancellationToken), NodeProcess.RunAsync(options, loggers, cancellationToken));
    }

    private async Task BeginAsync(IPart part, CancellationToken cancellationToken)
    {
        if (!part.IsAlive)
        {
            begun.Push(part.StopAsync);
        }

        parts.Add(part);
        await part.StartAsync(cancellationToken);
    }
}
