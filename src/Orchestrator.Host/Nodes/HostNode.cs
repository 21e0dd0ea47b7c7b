using Orchestrator.Agent;
using Orchestrator.Host.Cluster;
using Orchestrator.Host.Images;
using Orchestrator.Host.Runtime;
using Orchestrator.Host.Startup;
using Orchestrator.Host.Up;

namespace Orchestrator.Host.Nodes;

/// <summary>Readies this host to be a node: images, a runtime, and what the agent must know.</summary>
internal static class HostNode
{
    /// <summary>Readies the host.</summary>
    /// <param name="directory">The data directory.</param>
    /// <param name="settings">What the node is to be.</param>
    /// <param name="begin">Starts a part and answers for it from then on.</param>
    /// <param name="progress">Where it says how far it is.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task<AgentOptions> PrepareAsync(
        DataDirectory directory, NodeSettings settings, Func<IPart, CancellationToken, Task> begin, IStartProgress progress, CancellationToken cancellationToken)
    {
        await OwnImages.WriteAsync(directory.Images, cancellationToken);
        var socket = settings.ContainerdSocket;
        if (socket is null)
        {
            var containerd = await PrivateContainerd.PrepareAsync(directory, settings.Runtime, cancellationToken);
            await begin(containerd, cancellationToken);
            socket = containerd.Socket;
            progress.Done($"containerd with {settings.Runtime}, private, in {directory.Containerd}");
        }
        else if (!File.Exists(socket))
        {
            throw new StartupException($"there is no socket {socket}: start the runtime, or leave --containerd-socket out for a private containerd");
        }

        var files = new NodeFiles(directory.Agent);
        return new AgentOptions
        {
            ServerUrl = settings.Server,
            NodeName = settings.Name,
            StateDirectory = directory.Agent,
            CertificatePath = files.Certificate,
            KeyPath = files.Key,
            AuthorityPath = files.Authority,
            RuntimeSocket = socket,
            CniDirectory = settings.ContainerdSocket is null ? PrivateContainerd.CniDirectoryOf(directory) : "/etc/cni/net.d",
            NetworkName = directory.NetworkName,
            ClusterCidr = settings.PodCidr,
            ServiceCidr = settings.ServiceCidr,
            NodeAddress = settings.Address,
            Labels = settings.Labels,
            ImageArchiveDirectory = directory.Images,
        };
    }
}
