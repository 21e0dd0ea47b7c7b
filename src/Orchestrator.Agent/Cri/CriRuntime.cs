using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Grpc.Core;
using Grpc.Net.Client;
using Orchestrator.AgentProtocol.Cri;

namespace Orchestrator.Agent.Cri;

/// <summary>A container runtime behind a Unix socket. The channel connects by itself again when the runtime was away.</summary>
internal sealed class CriRuntime : ICriRuntime, IDisposable
{
    /// <summary>A list of many containers with long annotations: upstream's bound of a CRI message.</summary>
    private const int MaxMessageBytes = 16 << 20;

    /// <summary>How long a call may take that has no longer reason to. Upstream: --runtime-request-timeout.</summary>
    private static readonly TimeSpan CallTimeout = TimeSpan.FromMinutes(2);

    /// <summary>A sandbox waits for CNI plugins and, on a busy host, for the disk. Upstream doubles the timeout for it.</summary>
    private static readonly TimeSpan SandboxTimeout = CallTimeout * 2;

    /// <summary>A pull ends when the runtime gives up for want of progress; this only bounds a runtime that hangs.</summary>
    private static readonly TimeSpan PullTimeout = TimeSpan.FromHours(1);

    /// <summary>A runtime that answers at all answers this within a moment; a longer wait would hide that it hangs.</summary>
    private static readonly TimeSpan StatusTimeout = TimeSpan.FromSeconds(10);

    private readonly string _owner;
    private readonly GrpcChannel _channel;
    private readonly RuntimeService.RuntimeServiceClient _runtime;
    private readonly ImageService.ImageServiceClient _images;

    /// <summary>Speaks for one agent; connects when first used.</summary>
    /// <param name="socketPath">The runtime's Unix socket.</param>
    /// <param name="owner">The agent's state directory. What it makes bears this mark, and it lists only what does.</param>
    public CriRuntime(string socketPath, string owner)
    {
        _owner = owner;

        // Kept until the channel is disposed, which disposes the handler.
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
            EnableMultipleHttp2Connections = true,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        };
        _channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = MaxMessageBytes,
            // A runtime that comes back is found within a second, not after the default two minutes of growing pauses.
            InitialReconnectBackoff = TimeSpan.FromMilliseconds(100),
            MaxReconnectBackoff = TimeSpan.FromSeconds(1),
        });
        _runtime = new RuntimeService.RuntimeServiceClient(_channel);
        _images = new ImageService.ImageServiceClient(_channel);
    }

    public void Dispose() => _channel.Dispose();

    /// <inheritdoc />
    public Task<VersionResponse> VersionAsync(CancellationToken cancellationToken) =>
        CallAsync(_runtime.VersionAsync, new VersionRequest(), StatusTimeout, cancellationToken);

    /// <inheritdoc />
    public async Task<RuntimeStatus> StatusAsync(CancellationToken cancellationToken) =>
        (await CallAsync(_runtime.StatusAsync, new StatusRequest(), StatusTimeout, cancellationToken)).Status;

    /// <inheritdoc />
    public async Task<string> RunPodSandboxAsync(PodSandboxConfig config, CancellationToken cancellationToken)
    {
        config.Labels[CriLabels.Owner] = _owner;
        return (await CallAsync(_runtime.RunPodSandboxAsync, new RunPodSandboxRequest { Config = config }, SandboxTimeout, cancellationToken)).PodSandboxId;
    }

    /// <inheritdoc />
    public Task StopPodSandboxAsync(string sandboxId, CancellationToken cancellationToken) =>
        CallAsync(_runtime.StopPodSandboxAsync, new StopPodSandboxRequest { PodSandboxId = sandboxId }, CallTimeout, cancellationToken);

    /// <inheritdoc />
    public Task RemovePodSandboxAsync(string sandboxId, CancellationToken cancellationToken) =>
        CallAsync(_runtime.RemovePodSandboxAsync, new RemovePodSandboxRequest { PodSandboxId = sandboxId }, CallTimeout, cancellationToken);

    /// <inheritdoc />
    public async Task<PodSandboxStatus> PodSandboxStatusAsync(string sandboxId, CancellationToken cancellationToken) =>
        (await CallAsync(_runtime.PodSandboxStatusAsync, new PodSandboxStatusRequest { PodSandboxId = sandboxId }, CallTimeout, cancellationToken)).Status;

    /// <inheritdoc />
    public async Task<IReadOnlyList<PodSandbox>> ListPodSandboxesAsync(CancellationToken cancellationToken)
    {
        var filter = new PodSandboxFilter { LabelSelector = { [CriLabels.Owner] = _owner } };
        return (await CallAsync(_runtime.ListPodSandboxAsync, new ListPodSandboxRequest { Filter = filter }, CallTimeout, cancellationToken)).Items;
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<PodSandbox>> ListPodSandboxesAsync(string podUid, CancellationToken cancellationToken)
    {
        var filter = new PodSandboxFilter { LabelSelector = { [CriLabels.PodUid] = podUid } };
        return (await CallAsync(_runtime.ListPodSandboxAsync, new ListPodSandboxRequest { Filter = filter }, CallTimeout, cancellationToken)).Items;
    }

    /// <inheritdoc />
    public async Task<string> CreateContainerAsync(string sandboxId, ContainerConfig config, PodSandboxConfig sandboxConfig, CancellationToken cancellationToken)
    {
        config.Labels[CriLabels.Owner] = _owner;
        var request = new CreateContainerRequest { PodSandboxId = sandboxId, Config = config, SandboxConfig = sandboxConfig };
        return (await CallAsync(_runtime.CreateContainerAsync, request, CallTimeout, cancellationToken)).ContainerId;
    }

    /// <inheritdoc />
    public Task StartContainerAsync(string containerId, CancellationToken cancellationToken) =>
        CallAsync(_runtime.StartContainerAsync, new StartContainerRequest { ContainerId = containerId }, CallTimeout, cancellationToken);

    /// <inheritdoc />
    public Task StopContainerAsync(string containerId, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var request = new StopContainerRequest { ContainerId = containerId, Timeout = (long)Math.Ceiling(timeout.TotalSeconds) };
        return CallAsync(_runtime.StopContainerAsync, request, timeout + CallTimeout, cancellationToken);
    }

    /// <inheritdoc />
    public Task RemoveContainerAsync(string containerId, CancellationToken cancellationToken) =>
        CallAsync(_runtime.RemoveContainerAsync, new RemoveContainerRequest { ContainerId = containerId }, CallTimeout, cancellationToken);

    /// <inheritdoc />
    public async Task<IReadOnlyList<Container>> ListContainersAsync(CancellationToken cancellationToken)
    {
        var filter = new ContainerFilter { LabelSelector = { [CriLabels.Owner] = _owner } };
        return (await CallAsync(_runtime.ListContainersAsync, new ListContainersRequest { Filter = filter }, CallTimeout, cancellationToken)).Containers;
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<Container>> ListContainersAsync(string podUid, CancellationToken cancellationToken)
    {
        var filter = new ContainerFilter { LabelSelector = { [CriLabels.PodUid] = podUid } };
        return (await CallAsync(_runtime.ListContainersAsync, new ListContainersRequest { Filter = filter }, CallTimeout, cancellationToken)).Containers;
    }

    /// <inheritdoc />
    public async Task<ContainerStatus> ContainerStatusAsync(string containerId, CancellationToken cancellationToken) =>
        (await CallAsync(_runtime.ContainerStatusAsync, new ContainerStatusRequest { ContainerId = containerId }, CallTimeout, cancellationToken)).Status;

    /// <inheritdoc />
    public Task ReopenContainerLogAsync(string containerId, CancellationToken cancellationToken) =>
        CallAsync(_runtime.ReopenContainerLogAsync, new ReopenContainerLogRequest { ContainerId = containerId }, CallTimeout, cancellationToken);

    /// <inheritdoc />
    public Task<ExecSyncResponse> ExecSyncAsync(string containerId, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var request = new ExecSyncRequest { ContainerId = containerId, Cmd = { command }, Timeout = (long)Math.Ceiling(timeout.TotalSeconds) };
        // Hooks have no time of their own: whoever runs one ends it by cancelling.
        return CallAsync(_runtime.ExecSyncAsync, request, timeout == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : timeout + CallTimeout, cancellationToken);
    }

    /// <inheritdoc />
    public async Task<string> ExecUrlAsync(ExecRequest request, CancellationToken cancellationToken) =>
        (await CallAsync(_runtime.ExecAsync, request, CallTimeout, cancellationToken)).Url;

    /// <inheritdoc />
    public async Task<string> AttachUrlAsync(AttachRequest request, CancellationToken cancellationToken) =>
        (await CallAsync(_runtime.AttachAsync, request, CallTimeout, cancellationToken)).Url;

    /// <inheritdoc />
    public async Task<string> PortForwardUrlAsync(PortForwardRequest request, CancellationToken cancellationToken) =>
        (await CallAsync(_runtime.PortForwardAsync, request, CallTimeout, cancellationToken)).Url;

    /// <inheritdoc />
    public async Task<IReadOnlyList<Image>> ListImagesAsync(CancellationToken cancellationToken) =>
        (await CallAsync(_images.ListImagesAsync, new ListImagesRequest(), CallTimeout, cancellationToken)).Images;

    /// <inheritdoc />
    public async Task<Image?> ImageStatusAsync(string image, CancellationToken cancellationToken) =>
        (await CallAsync(_images.ImageStatusAsync, new ImageStatusRequest { Image = new ImageSpec { Image = image } }, CallTimeout, cancellationToken)).Image;

    /// <inheritdoc />
    public async Task<string> PullImageAsync(string image, AuthConfig? credentials, PodSandboxConfig? sandbox, CancellationToken cancellationToken)
    {
        var request = new PullImageRequest { Image = new ImageSpec { Image = image }, Auth = credentials, SandboxConfig = sandbox };
        return (await CallAsync(_images.PullImageAsync, request, PullTimeout, cancellationToken)).ImageRef;
    }

    /// <inheritdoc />
    public Task RemoveImageAsync(string image, CancellationToken cancellationToken) =>
        CallAsync(_images.RemoveImageAsync, new RemoveImageRequest { Image = new ImageSpec { Image = image } }, CallTimeout, cancellationToken);

    /// <inheritdoc />
    public async Task<IReadOnlyList<FilesystemUsage>> ImageFilesystemsAsync(CancellationToken cancellationToken) =>
        (await CallAsync(_images.ImageFsInfoAsync, new ImageFsInfoRequest(), StatusTimeout, cancellationToken)).ImageFilesystems;

    /// <inheritdoc />
    public async IAsyncEnumerable<ContainerEventResponse> ContainerEventsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var call = _runtime.GetContainerEvents(new GetEventsRequest(), cancellationToken: cancellationToken);
        while (await NextAsync(call.ResponseStream, cancellationToken))
        {
            yield return call.ResponseStream.Current;
        }
    }

    private static async Task<bool> NextAsync(IAsyncStreamReader<ContainerEventResponse> events, CancellationToken cancellationToken)
    {
        try
        {
            return await events.MoveNext(cancellationToken);
        }
        catch (RpcException e)
        {
            throw Fault(e, cancellationToken);
        }
    }

    private static async Task<TReply> CallAsync<TRequest, TReply>(
        Func<TRequest, CallOptions, AsyncUnaryCall<TReply>> method, TRequest request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            using var call = method(request, new CallOptions(deadline: timeout == Timeout.InfiniteTimeSpan ? null : DateTime.UtcNow + timeout, cancellationToken: cancellationToken));
            return await call.ResponseAsync;
        }
        catch (RpcException e)
        {
            throw Fault(e, cancellationToken);
        }
    }

    private static Exception Fault(RpcException fault, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return new OperationCanceledException(fault.Status.Detail, fault, cancellationToken);
        }

        // A connection that breaks inside a call is reported as Internal or Unknown with the transport's exception beneath.
        return fault.Status.DebugException is HttpRequestException or IOException or SocketException
            ? new CriException(StatusCode.Unavailable, fault.Status.Detail, fault)
            : new CriException(fault.StatusCode, fault.Status.Detail, fault);
    }
}
