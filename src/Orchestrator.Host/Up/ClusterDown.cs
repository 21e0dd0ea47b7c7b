using Orchestrator.Host.Cluster;
using Orchestrator.Host.Database;
using Orchestrator.Host.Processes;
using Orchestrator.Host.Startup;

namespace Orchestrator.Host.Up;

/// <summary>Ends everything that <c>up</c> has started on this host.</summary>
internal sealed class ClusterDown(DataDirectory directory, IStartProgress progress)
{
    private static readonly TimeSpan ServerPatience = TimeSpan.FromSeconds(30);

    /// <summary>Ends it; what has ended already is no fault.</summary>
    public async Task RunAsync(bool purge, CancellationToken cancellationToken)
    {
        if (PidFile.FindAlive(directory.PidFileOf("server")) is { } server)
        {
            await Signals.EndAsync(server, Signals.Terminate, ServerPatience);
            progress.Done("server ended");
        }

        using (directory.Lock())
        {
            await PrivatePostgres.StopAsync(directory);
            progress.Done("PostgreSQL ended");
        }

        if (purge)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Directory.Delete(directory.Root, recursive: true);
            progress.Done($"{directory.Root} removed");
        }
    }
}
