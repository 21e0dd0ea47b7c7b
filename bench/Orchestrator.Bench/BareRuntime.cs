using System.Diagnostics;
using System.Net.Sockets;
using Grpc.Net.Client;
using Orchestrator.AgentProtocol.Cri;

namespace Orchestrator.Bench;

/// <summary>The yardstick: the three CRI calls that start a pod, from a client that does nothing else.</summary>
internal sealed class BareRuntime : IDisposable
{
    /// <summary>An image that the project makes itself, so that none is pulled.</summary>
    public const string Image = "orchestrator.local/busybox:1";

    private readonly GrpcChannel channel;
    private readonly RuntimeService.RuntimeServiceClient runtime;

    public BareRuntime(string socketPath)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
        runtime = new RuntimeService.RuntimeServiceClient(channel);
    }

    /// <summary>RunPodSandbox, CreateContainer, StartContainer; then takes it all away, which is not measured.</summary>
    public async Task<TimeSpan> StartAsync(string name, CancellationToken cancellationToken)
    {
        var sandbox = new PodSandboxConfig
        {
            Metadata = new PodSandboxMetadata { Name = "bare-" + name, Namespace = "bare", Uid = Guid.NewGuid().ToString() },
            Hostname = "bare",
            LogDirectory = Path.GetTempPath(),
            Linux = new LinuxPodSandboxConfig(),
        };
        var container = new ContainerConfig
        {
            Metadata = new ContainerMetadata { Name = "main" },
            Image = new ImageSpec { Image = Image },
            Command = { "sleep", "3600" },
            Linux = new LinuxContainerConfig(),
        };
        var began = Stopwatch.GetTimestamp();
        var id = (await runtime.RunPodSandboxAsync(new RunPodSandboxRequest { Config = sandbox }, cancellationToken: cancellationToken)).PodSandboxId;
        var request = new CreateContainerRequest { PodSandboxId = id, Config = container, SandboxConfig = sandbox };
        var containerId = (await runtime.CreateContainerAsync(request, cancellationToken: cancellationToken)).ContainerId;
        await runtime.StartContainerAsync(new StartContainerRequest { ContainerId = containerId }, cancellationToken: cancellationToken);
        var took = Stopwatch.GetElapsedTime(began);
        await runtime.StopPodSandboxAsync(new StopPodSandboxRequest { PodSandboxId = id }, cancellationToken: cancellationToken);
        await runtime.RemovePodSandboxAsync(new RemovePodSandboxRequest { PodSandboxId = id }, cancellationToken: cancellationToken);
        return took;
    }

    /// <summary>How many sandboxes the runtime has, whoever made them.</summary>
    public async Task<int> SandboxesAsync(CancellationToken cancellationToken) =>
        (await runtime.ListPodSandboxAsync(new ListPodSandboxRequest(), cancellationToken: cancellationToken)).Items.Count;

    public void Dispose() => channel.Dispose();
}
