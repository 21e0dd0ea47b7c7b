using k8s.Models;
using Orchestrator.Agent.Cri;
using Orchestrator.Agent.Images;
using Orchestrator.Agent.Probes;
using Orchestrator.Agent.Volumes;
using Orchestrator.AgentProtocol.Cri;

namespace Orchestrator.Agent.Pods;

/// <summary>Starts containers of one pod: image, configuration, create, start, hook. Every failure becomes a waiting reason with upstream's name.</summary>
internal sealed class ContainerStarter(NodeContext node, PodMemory memory, PodReports reports, PodBackground background, PodVolumes volumes)
{
    /// <summary>When to try again what failed for a reason of the pod's or the runtime's. Upstream: backOffPeriod.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);

    /// <summary>Failed pulls in a row, by image.</summary>
    private readonly Dictionary<string, (int Step, DateTimeOffset NotBefore)> _pulls = new(StringComparer.Ordinal);

    /// <summary>Images that were pulled for a container which is yet to be started, by the container's name.</summary>
    private readonly Dictionary<string, Image> _pulled = new(StringComparer.Ordinal);

    /// <summary>Starts a container, or begins to pull its image.</summary>
    /// <returns>False when what was planned after it must be planned anew.</returns>
    /// <exception cref="CriException">The runtime is away.</exception>
    public async Task<bool> StartAsync(StartContainer start, PodView view, PodMaterials materials, PodSandboxConfig sandboxConfig, CancellationToken cancellationToken)
    {
        if (await ImageAsync(start.Container, view, materials, cancellationToken) is not { } image)
        {
            return true;
        }

        var containerId = await CreateAsync(start, view, materials, image, sandboxConfig, cancellationToken);
        if (containerId is null)
        {
            return true;
        }

        var path = PodReports.PathOf(view.Pod, start.Container.Name);
        _pulled.Remove(start.Container.Name);
        reports.Normal("Created", "Container created", path);
        try
        {
            await node.Runtime.StartContainerAsync(containerId, cancellationToken);
        }
        catch (CriException failed) when (!failed.IsUnreachable)
        {
            // The runtime has an ended container now, whose reason says the rest.
            reports.Warning("Failed", $"Error: {failed.Detail}", path);
            memory.Waiting.Remove(start.Container.Name);
            return false;
        }

        memory.Waiting.Remove(start.Container.Name);
        reports.Normal("Started", "Container started", path);
        if (start.Container.Lifecycle?.PostStart is not { } hook)
        {
            return true;
        }

        RunHook(hook, start.Container, containerId, view);
        return false;
    }

    /// <summary>The image if it is here; otherwise null, and a pull or a reason to wait.</summary>
    private async Task<Image?> ImageAsync(V1Container container, PodView view, PodMaterials materials, CancellationToken cancellationToken)
    {
        if (_pulled.TryGetValue(container.Name, out var pulled))
        {
            return pulled;
        }

        var path = PodReports.PathOf(view.Pod, container.Name);
        if (!ImageNames.IsValid(container.Image))
        {
            var message = $"Failed to apply default image tag \"{container.Image}\": couldn't parse image name \"{container.Image}\": invalid reference format";
            Wait(container, "InvalidImageName", message, RestartBackOff.Delay(3));
            reports.Warning("InspectFailed", message, path);
            reports.Warning("Failed", "Error: InvalidImageName", path);
            return null;
        }

        var present = await node.Runtime.ImageStatusAsync(container.Image, cancellationToken);
        switch (ImageNames.ActionFor(container, present is not null))
        {
            case ImageAction.Use:
                reports.Normal("Pulled", $"Container image \"{container.Image}\" already present on machine and can be accessed by the pod", path);
                return present;
            case ImageAction.Refuse:
                var message = $"Container image \"{container.Image}\" is not present with pull policy of Never";
                Wait(container, "ErrImageNeverPull", message, Retry);
                reports.Warning("ErrImageNeverPull", message, path);
                reports.Warning("Failed", "Error: ErrImageNeverPull", path);
                return null;
            default:
                Pull(container, view, materials, path);
                return null;
        }
    }

    private void Pull(V1Container container, PodView view, PodMaterials materials, string path)
    {
        if (_pulls.TryGetValue(container.Image, out var failed) && failed.NotBefore > node.Clock.GetUtcNow())
        {
            // Another container of the pod wants the same image, or the back-off is only now said.
            memory.Waiting[container.Name] = new WaitingContainer("ImagePullBackOff", $"Back-off pulling image \"{container.Image}\"", failed.NotBefore);
            reports.Normal("BackOff", $"Back-off pulling image \"{container.Image}\"", path);
            reports.Warning("Failed", "Error: ImagePullBackOff", path);
            return;
        }

        var credentials = PullCredentials.For(container.Image, view.Pod, materials.Secrets);
        memory.Pulling.Add(container.Name);
        reports.Normal("Pulling", $"Pulling image \"{container.Image}\"", path);
        var begun = node.Clock.GetTimestamp();
        Image? image = null;
        background.RunStart(
            async cancellationToken => image = await node.Images.PullAsync(container.Image, credentials, cancellationToken),
            failure =>
            {
                memory.Pulling.Remove(container.Name);
                if (failure is null)
                {
                    var took = node.Clock.GetElapsedTime(begun);
                    var time = took.TotalSeconds < 1 ? $"{(int)took.TotalMilliseconds}ms" : $"{took.TotalSeconds:0.###}s";
                    reports.Normal("Pulled", $"Successfully pulled image \"{container.Image}\" in {time} ({time} including waiting). Image size: {image!.Size} bytes.", path);
                    _pulled[container.Name] = image!;
                    _pulls.Remove(container.Image);
                    memory.Waiting.Remove(container.Name);
                }
                else if (failure is not OperationCanceledException)
                {
                    PullFailed(container, failure, path);
                }
            });
    }

    /// <summary>First the failure itself is shown, then, from the next look on, that it is waited.</summary>
    private void PullFailed(V1Container container, Exception failure, string path)
    {
        var step = _pulls.GetValueOrDefault(container.Image).Step + 1;
        _pulls[container.Image] = (step, node.Clock.GetUtcNow() + RestartBackOff.Delay(step));
        reports.Warning("Failed", $"Failed to pull image \"{container.Image}\": {failure.Message}", path);
        reports.Warning("Failed", "Error: ErrImagePull", path);
        memory.Waiting[container.Name] = new WaitingContainer("ErrImagePull", failure.Message, node.Clock.GetUtcNow() + TimeSpan.FromSeconds(1));
    }

    private async Task<string?> CreateAsync(
        StartContainer start, PodView view, PodMaterials materials, Image image, PodSandboxConfig sandboxConfig, CancellationToken cancellationToken)
    {
        var path = PodReports.PathOf(view.Pod, start.Container.Name);
        var sandbox = view.Runtime.Sandbox!;
        try
        {
            var config = Configure(start, view, materials, image, sandbox);
            return await node.Runtime.CreateContainerAsync(sandbox.Id, config, sandboxConfig, cancellationToken);
        }
        catch (ContainerConfigException unfit)
        {
            Wait(start.Container, "CreateContainerConfigError", unfit.Message, Retry);
            reports.Warning("Failed", $"Error: {unfit.Message}", path);
        }
        catch (CriException failed) when (!failed.IsUnreachable)
        {
            Wait(start.Container, "CreateContainerError", failed.Detail, Retry);
            reports.Warning("Failed", $"Error: {failed.Detail}", path);
        }
        catch (Exception failed) when (failed is (IOException and not CriException) or UnauthorizedAccessException)
        {
            Wait(start.Container, "CreateContainerError", failed.Message, Retry);
            reports.Warning("Failed", $"Error: {failed.Message}", path);
        }

        return null;
    }

    private ContainerConfig Configure(StartContainer start, PodView view, PodMaterials materials, Image image, RuntimeSandbox sandbox)
    {
        var ips = view.Pod.Spec.HostNetwork == true ? node.Facts.Addresses : sandbox.Ips;
        var environment = Environments.Of(view.Pod, start.Container, materials, PodSteps.FactsOf(node, ips));
        var request = new ContainerRequest
        {
            Pod = view.Pod,
            Container = start.Container,
            Environment = environment,
            Mappings = [],
            Image = image,
            Node = node.Facts,
            Attempt = start.Attempt,
            BackOffStep = start.BackOffStep,
            TargetContainerId = TargetOf(start.Container, view),
        };
        if (node.Options.Simulated)
        {
            return ContainerConfigs.Of(request);
        }

        return ContainerConfigs.Of(request with
        {
            Mappings = volumes.MappingsFor(view.Pod, start.Container, new Dictionary<string, string>(environment, StringComparer.Ordinal)),
            HostsFile = WriteHosts(view.Pod, ips),
            TerminationMessageFile = MakeTerminationFile(view.Pod, start),
        });
    }

    /// <summary>What an ephemeral container looks into must run.</summary>
    /// <remarks>Upstream: getTargetID in kuberuntime_container.go.</remarks>
    private static string? TargetOf(V1Container container, PodView view) => DebugContainers.TargetOf(view.Pod, container.Name) is not { } target
        ? null
        : view.Runtime.Current(target) switch
        {
            null => throw new ContainerConfigException($"unable to find target container {target}"),
            { State: RuntimeState.Running } running => running.Id,
            _ => throw new ContainerConfigException($"unable to target container {target}, it is not running"),
        };

    private string WriteHosts(V1Pod pod, IReadOnlyList<string> ips)
    {
        var path = Path.Combine(node.PodDirectory(pod.Metadata.Uid), "etc-hosts");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var ofHost = pod.Spec.HostNetwork == true ? File.ReadAllText("/etc/hosts") : "";
        File.WriteAllText(path, HostsFile.Write(pod, ips, node.ClusterDomain, ofHost));
        return path;
    }

    private string MakeTerminationFile(V1Pod pod, StartContainer start)
    {
        var directory = Path.Combine(node.PodDirectory(pod.Metadata.Uid), "containers", start.Container.Name);
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, $"{start.Attempt}");
        File.WriteAllText(path, "");

        // Whoever the container runs as writes its last words.
        File.SetUnixFileMode(path, (UnixFileMode)0b110_110_110);
        return path;
    }

    private void RunHook(V1LifecycleHandler hook, V1Container container, string containerId, PodView view)
    {
        memory.Hooks.Add(containerId);
        var podIp = node.AddressOf(view.Pod, view.Runtime);
        background.RunStart(
            cancellationToken => LifecycleHooks.RunAsync(hook, view.Pod, container, podIp, PodProbes.ExecIn(node.Runtime, containerId), node.Clock, cancellationToken),
            failure =>
            {
                memory.Hooks.Remove(containerId);
                if (failure is null or OperationCanceledException)
                {
                    return;
                }

                reports.Warning("FailedPostStartHook", failure.Message.Length > 0 ? failure.Message : "PostStartHook failed", PodReports.PathOf(view.Pod, container.Name));
                var before = memory.Probes.GetValueOrDefault(containerId) ?? new ProbedContainer(Started: false, Ready: false);
                memory.Probes[containerId] = before with { Fault = "FailedPostStartHook" };
            });
    }

    private void Wait(V1Container container, string reason, string message, TimeSpan delay) =>
        memory.Waiting[container.Name] = new WaitingContainer(reason, message, node.Clock.GetUtcNow() + delay);
}
