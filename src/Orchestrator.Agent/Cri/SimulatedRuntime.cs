using System.Collections.Concurrent;
using System.Net;
using Grpc.Core;
using Orchestrator.AgentProtocol.Cri;

namespace Orchestrator.Agent.Cri;

/// <summary>A runtime of no containers: sandboxes and containers are entries in memory that run until they are stopped. For simulated nodes.</summary>
internal sealed class SimulatedRuntime(TimeProvider clock) : ICriRuntime
{
    private const int StoppedBySignal = 137;

    private readonly ConcurrentDictionary<string, PodSandbox> _sandboxes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _addresses = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (Container Container, ContainerStatus Status)> _containers = new(StringComparer.Ordinal);
    private long _ids;
    private uint _firstAddress = ToNumber(IPAddress.Parse("10.42.0.0"));
    private uint _addressCount = 1 << 8;

    /// <summary>The range that sandboxes get their addresses from.</summary>
    public void UseRange(string podCidr)
    {
        if (IPNetwork.TryParse(podCidr, out var range))
        {
            (_firstAddress, _addressCount) = (ToNumber(range.BaseAddress), 1u << (32 - range.PrefixLength));
        }
    }

    /// <inheritdoc />
    public Task<VersionResponse> VersionAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new VersionResponse { RuntimeName = "simulated", RuntimeVersion = "1", RuntimeApiVersion = "v1", Version = "0.1.0" });

    /// <inheritdoc />
    public Task<RuntimeStatus> StatusAsync(CancellationToken cancellationToken) => Task.FromResult(new RuntimeStatus
    {
        Conditions = { new RuntimeCondition { Type = "RuntimeReady", Status = true }, new RuntimeCondition { Type = "NetworkReady", Status = true } },
    });

    /// <inheritdoc />
    public Task<string> RunPodSandboxAsync(PodSandboxConfig config, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _ids);
        var id = $"sandbox-{number}";

        // The first two addresses of a range are the network's and the bridge's.
        _addresses[id] = new IPAddress(BitConverter.GetBytes(IPAddress.HostToNetworkOrder((int)(_firstAddress + 2 + (uint)((number - 1) % (_addressCount - 3)))))).ToString();
        _sandboxes[id] = new PodSandbox
        {
            Id = id,
            Metadata = config.Metadata,
            State = PodSandboxState.SandboxReady,
            CreatedAt = Now(),
            Labels = { config.Labels },
            Annotations = { config.Annotations },
        };
        return Task.FromResult(id);
    }

    /// <inheritdoc />
    public Task StopPodSandboxAsync(string sandboxId, CancellationToken cancellationToken)
    {
        if (_sandboxes.TryGetValue(sandboxId, out var sandbox))
        {
            var stopped = sandbox.Clone();
            stopped.State = PodSandboxState.SandboxNotready;
            _sandboxes[sandboxId] = stopped;
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task RemovePodSandboxAsync(string sandboxId, CancellationToken cancellationToken)
    {
        _sandboxes.TryRemove(sandboxId, out _);
        _addresses.TryRemove(sandboxId, out _);
        foreach (var container in _containers.Values.Where(entry => entry.Container.PodSandboxId == sandboxId))
        {
            _containers.TryRemove(container.Container.Id, out _);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task<PodSandboxStatus> PodSandboxStatusAsync(string sandboxId, CancellationToken cancellationToken)
    {
        var sandbox = _sandboxes.TryGetValue(sandboxId, out var found) ? found : throw NotFound("sandbox", sandboxId);
        return Task.FromResult(new PodSandboxStatus
        {
            Id = sandboxId,
            Metadata = sandbox.Metadata,
            State = sandbox.State,
            CreatedAt = sandbox.CreatedAt,
            Network = new PodSandboxNetworkStatus { Ip = _addresses.GetValueOrDefault(sandboxId, "") },
        });
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<PodSandbox>> ListPodSandboxesAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<PodSandbox>>([.. _sandboxes.Values]);

    /// <inheritdoc />
    public Task<IReadOnlyList<PodSandbox>> ListPodSandboxesAsync(string podUid, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<PodSandbox>>([.. _sandboxes.Values.Where(sandbox => sandbox.Labels[CriLabels.PodUid] == podUid)]);

    /// <inheritdoc />
    public Task<string> CreateContainerAsync(string sandboxId, ContainerConfig config, PodSandboxConfig sandboxConfig, CancellationToken cancellationToken)
    {
        var id = $"container-{Interlocked.Increment(ref _ids)}";
        var container = new Container
        {
            Id = id,
            PodSandboxId = sandboxId,
            Metadata = config.Metadata,
            Image = config.Image,
            ImageRef = config.Image.Image,
            State = ContainerState.ContainerCreated,
            CreatedAt = Now(),
            Labels = { config.Labels },
            Annotations = { config.Annotations },
        };
        _containers[id] = (container, new ContainerStatus
        {
            Id = id,
            Metadata = config.Metadata,
            State = ContainerState.ContainerCreated,
            CreatedAt = container.CreatedAt,
            Image = new ImageSpec { Image = config.Image.UserSpecifiedImage },
            ImageRef = config.Image.Image,
            Labels = { config.Labels },
            Annotations = { config.Annotations },
        });
        return Task.FromResult(id);
    }

    /// <inheritdoc />
    public Task StartContainerAsync(string containerId, CancellationToken cancellationToken)
    {
        Change(containerId, ContainerState.ContainerRunning, status => status.StartedAt = Now());
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopContainerAsync(string containerId, TimeSpan timeout, CancellationToken cancellationToken)
    {
        Change(containerId, ContainerState.ContainerExited, status => (status.FinishedAt, status.ExitCode, status.Reason) = (Now(), StoppedBySignal, "Error"));
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task RemoveContainerAsync(string containerId, CancellationToken cancellationToken)
    {
        _containers.TryRemove(containerId, out _);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<Container>> ListContainersAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Container>>([.. _containers.Values.Select(entry => entry.Container)]);

    /// <inheritdoc />
    public Task<IReadOnlyList<Container>> ListContainersAsync(string podUid, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Container>>([.. _containers.Values.Select(entry => entry.Container).Where(container => container.Labels[CriLabels.PodUid] == podUid)]);

    /// <inheritdoc />
    public Task<ContainerStatus> ContainerStatusAsync(string containerId, CancellationToken cancellationToken) =>
        Task.FromResult(_containers.TryGetValue(containerId, out var entry) ? entry.Status : throw NotFound("container", containerId));

    /// <inheritdoc />
    public Task ReopenContainerLogAsync(string containerId, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task<ExecSyncResponse> ExecSyncAsync(string containerId, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken cancellationToken) =>
        Task.FromResult(new ExecSyncResponse());

    /// <inheritdoc />
    public Task<string> ExecUrlAsync(ExecRequest request, CancellationToken cancellationToken) => throw Absent();

    /// <inheritdoc />
    public Task<string> AttachUrlAsync(AttachRequest request, CancellationToken cancellationToken) => throw Absent();

    /// <inheritdoc />
    public Task<string> PortForwardUrlAsync(PortForwardRequest request, CancellationToken cancellationToken) => throw Absent();

    /// <inheritdoc />
    public Task<IReadOnlyList<Image>> ListImagesAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Image>>([]);

    /// <summary>Every image is here.</summary>
    public Task<Image?> ImageStatusAsync(string image, CancellationToken cancellationToken) =>
        Task.FromResult<Image?>(new Image { Id = image, RepoTags = { image }, Uid = new Int64Value { Value = 1000 } });

    /// <inheritdoc />
    public Task<string> PullImageAsync(string image, AuthConfig? credentials, PodSandboxConfig? sandbox, CancellationToken cancellationToken) => Task.FromResult(image);

    /// <inheritdoc />
    public Task RemoveImageAsync(string image, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task<IReadOnlyList<FilesystemUsage>> ImageFilesystemsAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<FilesystemUsage>>([]);

    /// <inheritdoc />
    public IAsyncEnumerable<ContainerEventResponse> ContainerEventsAsync(CancellationToken cancellationToken) => throw Absent();

    private void Change(string id, ContainerState state, Action<ContainerStatus> change)
    {
        if (!_containers.TryGetValue(id, out var entry))
        {
            throw NotFound("container", id);
        }

        var (container, status) = (entry.Container.Clone(), entry.Status.Clone());
        (container.State, status.State) = (state, state);
        change(status);
        _containers[id] = (container, status);
    }

    private long Now() => (clock.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;

    private static uint ToNumber(IPAddress address) => (uint)IPAddress.NetworkToHostOrder(BitConverter.ToInt32(address.GetAddressBytes()));

    private static CriException NotFound(string what, string id) => new(StatusCode.NotFound, $"{what} \"{id}\": not found");

    private static CriException Absent() => new(StatusCode.Unimplemented, "this node is simulated: there are no processes to talk with");
}
