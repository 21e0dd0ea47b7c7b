using Orchestrator.Agent;
using Orchestrator.Host.Cluster;
using Orchestrator.Host.Database;
using Orchestrator.Host.Nodes;
using Orchestrator.Host.Processes;
using Orchestrator.Host.Runtime;
using Orchestrator.Host.Startup;

namespace Orchestrator.Host.Up;

/// <summary>Ends everything that <c>up</c> or <c>agent</c> has started on this host, pods included, and takes away what they left.</summary>
internal sealed class ClusterDown(DataDirectory directory, IStartProgress progress)
{
    private static readonly TimeSpan ServerPatience = TimeSpan.FromSeconds(30);

    /// <summary>Pods get the time that they ask for in vain after this: whoever takes the node down wants it down.</summary>
    private static readonly TimeSpan PodPatience = TimeSpan.FromMinutes(2);

    /// <summary>Ends it; what has ended already is no fault.</summary>
    public async Task RunAsync(bool purge, CancellationToken cancellationToken)
    {
        // A server that ends takes its PostgreSQL along; somebody else's is none of ours.
        var hasDatabase = PidFile.FindAlive(directory.PidFileOf("postgres")) is not null;
        if (PidFile.FindAlive(directory.PidFileOf("server")) is { } server)
        {
            await Signals.EndAsync(server, Signals.Terminate, ServerPatience);
            progress.Done("server ended");
        }

        using (directory.Lock())
        {
            await AgentProcess.StopAsync(directory);
            if (Environment.IsPrivilegedProcess)
            {
                await EndPodsAsync(cancellationToken);
            }

            await PrivatePostgres.StopAsync(directory);
            if (hasDatabase)
            {
                progress.Done("PostgreSQL ended");
            }
        }

        if (purge)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Directory.Delete(directory.Root, recursive: true);
            progress.Done($"{directory.Root} removed");
        }
    }

    private async Task EndPodsAsync(CancellationToken cancellationToken)
    {
        if (directory.ReadRecord()?.ContainerdSocket is { } foreign)
        {
            await RemovePodsAsync(foreign, cancellationToken);
        }
        else if (Directory.Exists(directory.Containerd))
        {
            // Pods outlive a containerd that was killed, and only a containerd can end them properly.
            var containerd = PrivateContainerd.OfExisting(directory);
            await containerd.StartAsync(cancellationToken);
            await RemovePodsAsync(containerd.Socket, cancellationToken);
            await containerd.StopAsync();
            progress.Done("pods and containerd ended");
        }

        await Remains.RemoveAsync(directory, cancellationToken);
    }

    private async Task RemovePodsAsync(string socket, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(PodPatience);
        try
        {
            await NodePods.RemoveAllAsync(socket, directory.Agent, limit.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            progress.Done($"some pods could not be ended properly ({e.Message}); they are killed");
        }
    }
}
