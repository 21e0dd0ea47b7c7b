using Orchestrator.AgentProtocol.Cri;

namespace Orchestrator.Agent.Cri;

/// <summary>The container runtime as the agent uses it: CRI with types. Every method fails with <see cref="CriException"/>.</summary>
internal interface ICriRuntime
{
    /// <summary>The runtime's name and version.</summary>
    Task<VersionResponse> VersionAsync(CancellationToken cancellationToken);

    /// <summary>The runtime's conditions: RuntimeReady, NetworkReady.</summary>
    Task<RuntimeStatus> StatusAsync(CancellationToken cancellationToken);

    /// <summary>Makes and starts a sandbox; returns its id.</summary>
    Task<string> RunPodSandboxAsync(PodSandboxConfig config, CancellationToken cancellationToken);

    /// <summary>Ends all processes of a sandbox and frees its network. Stopping twice changes nothing.</summary>
    Task StopPodSandboxAsync(string sandboxId, CancellationToken cancellationToken);

    /// <summary>Removes a sandbox and its containers. Removing what is gone changes nothing.</summary>
    Task RemovePodSandboxAsync(string sandboxId, CancellationToken cancellationToken);

    /// <summary>A sandbox's state and addresses.</summary>
    Task<PodSandboxStatus> PodSandboxStatusAsync(string sandboxId, CancellationToken cancellationToken);

    /// <summary>All sandboxes.</summary>
    Task<IReadOnlyList<PodSandbox>> ListPodSandboxesAsync(CancellationToken cancellationToken);

    /// <summary>The sandboxes of one pod, by its uid.</summary>
    Task<IReadOnlyList<PodSandbox>> ListPodSandboxesAsync(string podUid, CancellationToken cancellationToken);

    /// <summary>Makes a container in a sandbox; returns its id.</summary>
    Task<string> CreateContainerAsync(string sandboxId, ContainerConfig config, PodSandboxConfig sandboxConfig, CancellationToken cancellationToken);

    /// <summary>Starts a made container.</summary>
    Task StartContainerAsync(string containerId, CancellationToken cancellationToken);

    /// <summary>Asks a container to end and kills it after the time given. Returns when it has ended.</summary>
    Task StopContainerAsync(string containerId, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>Removes a container, its log excepted.</summary>
    Task RemoveContainerAsync(string containerId, CancellationToken cancellationToken);

    /// <summary>All containers, ended ones too.</summary>
    Task<IReadOnlyList<Container>> ListContainersAsync(CancellationToken cancellationToken);

    /// <summary>The containers of one pod, by its uid.</summary>
    Task<IReadOnlyList<Container>> ListContainersAsync(string podUid, CancellationToken cancellationToken);

    /// <summary>A container's state, exit code and log path.</summary>
    Task<ContainerStatus> ContainerStatusAsync(string containerId, CancellationToken cancellationToken);

    /// <summary>Lets the runtime open the container's log file anew, after it was moved away.</summary>
    Task ReopenContainerLogAsync(string containerId, CancellationToken cancellationToken);

    /// <summary>Runs a command in a container and waits for its end. After the timeout: code DeadlineExceeded; zero waits until cancelled.</summary>
    Task<ExecSyncResponse> ExecSyncAsync(string containerId, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>Where the streams of a command in a container are served.</summary>
    Task<string> ExecUrlAsync(ExecRequest request, CancellationToken cancellationToken);

    /// <summary>Where the streams of a container's main process are served.</summary>
    Task<string> AttachUrlAsync(AttachRequest request, CancellationToken cancellationToken);

    /// <summary>Where connections into a sandbox are served.</summary>
    Task<string> PortForwardUrlAsync(PortForwardRequest request, CancellationToken cancellationToken);

    /// <summary>All images.</summary>
    Task<IReadOnlyList<Image>> ListImagesAsync(CancellationToken cancellationToken);

    /// <summary>An image by name or id; null when it is not on the host.</summary>
    Task<Image?> ImageStatusAsync(string image, CancellationToken cancellationToken);

    /// <summary>Pulls an image; returns its reference on the host.</summary>
    Task<string> PullImageAsync(string image, AuthConfig? credentials, PodSandboxConfig? sandbox, CancellationToken cancellationToken);

    /// <summary>Removes an image.</summary>
    Task RemoveImageAsync(string image, CancellationToken cancellationToken);

    /// <summary>What the image store uses of which file system.</summary>
    Task<IReadOnlyList<FilesystemUsage>> ImageFilesystemsAsync(CancellationToken cancellationToken);

    /// <summary>What happens to containers, as it happens. Fails with code Unimplemented where the runtime has no such stream.</summary>
    IAsyncEnumerable<ContainerEventResponse> ContainerEventsAsync(CancellationToken cancellationToken);
}
