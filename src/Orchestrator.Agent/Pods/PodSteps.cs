using k8s.Models;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Cri;
using Orchestrator.Agent.Probes;
using Orchestrator.Agent.Volumes;
using Orchestrator.AgentProtocol.Cri;

namespace Orchestrator.Agent.Pods;

/// <summary>Carries out the steps of a plan for one pod.</summary>
internal sealed class PodSteps : IAsyncDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);

    /// <summary>A container has at least this long to end after its preStop hook. Upstream: minimumGracePeriodInSeconds.</summary>
    private static readonly TimeSpan LeastGrace = TimeSpan.FromSeconds(2);

    private readonly NodeContext _node;
    private readonly string _uid;
    private readonly PodMemory _memory;
    private readonly PodReports _reports;
    private readonly ContainerStarter _starter;
    private readonly PodBackground _background;
    private readonly PodVolumes _volumes;
    private TimeSpan _sandboxRetry = FirstRetry;

    public PodSteps(NodeContext node, string uid, PodMemory memory, PodReports reports, Action<Action> post, CancellationToken stopping)
    {
        (_node, _uid, _memory, _reports) = (node, uid, memory, reports);
        _background = new PodBackground(post, stopping);
        var facts = FactsOf(node, []);
        _volumes = new PodVolumes(node.PodDirectory(uid), node.Loggers.CreateLogger<PodVolumes>(), facts);
        _starter = new ContainerStarter(node, memory, reports, _background, _volumes);
    }

    /// <summary>Carries one step out.</summary>
    /// <returns>False when what was planned after it must be planned anew.</returns>
    /// <exception cref="CriException">The runtime refused something that should always work, or is away.</exception>
    public async Task<bool> DoAsync(PodStep step, PodView view, PodMaterials materials, CancellationToken cancellationToken)
    {
        switch (step)
        {
            case RunSandbox run:
                return await RunSandboxAsync(run, view, materials, cancellationToken);
            case StopSandbox stop:
                await _node.Runtime.StopPodSandboxAsync(stop.Id, cancellationToken);
                return true;
            case StartContainer start:
                return await _starter.StartAsync(start, view, materials, ConfigOf(view, view.Runtime.Sandboxes[0].Attempt), cancellationToken);
            case StopContainer stop:
                Stop(stop, view);
                return true;
            case RemoveContainer remove:
                await _node.Runtime.RemoveContainerAsync(remove.Id, cancellationToken);
                RemoveTraces(view.Runtime.Containers.FirstOrDefault(container => container.Id == remove.Id), view);
                return true;
            case RemoveSandbox remove:
                await _node.Runtime.RemovePodSandboxAsync(remove.Id, cancellationToken);
                return true;
            default:
                throw new InvalidOperationException($"no such step: {step}");
        }
    }

    /// <summary>What could not be started for want of something may be startable now.</summary>
    public void MaterialsChanged()
    {
        _memory.SandboxNotBefore = null;
        foreach (var (name, waiting) in _memory.Waiting.Where(entry => entry.Value.Reason == "CreateContainerConfigError").ToList())
        {
            _memory.Waiting[name] = waiting with { NotBefore = null };
        }
    }

    /// <summary>The pod ends: what only serves starting it ends too.</summary>
    public void StopStarting() => _background.CancelStarts();

    /// <summary>The pod goes on after all.</summary>
    public void StartAgain() => _background.AllowStarts();

    /// <summary>Brings the files of volumes up to date.</summary>
    public async Task RefreshVolumesAsync(PodView view, PodMaterials materials, CancellationToken cancellationToken)
    {
        try
        {
            await _volumes.PrepareAsync(view.Pod, materials, cancellationToken);
        }
        catch (VolumeException failed)
        {
            Tell(failed);
        }
    }

    /// <summary>Removes what the pod has on the host beside its containers.</summary>
    /// <exception cref="IOException">Something could not be removed; it is tried again.</exception>
    public async Task RemoveFilesAsync(PodView view)
    {
        if (_node.Options.Simulated)
        {
            return;
        }

        await _volumes.RemoveAsync();
        await new PodCgroup(_node.Options.CgroupRoot, view.Pod).RemoveAsync();
        foreach (var directory in new[] { _node.PodDirectory(_uid), LogDirectoryOf(view.Pod) })
        {
            if (Directory.Exists(directory))
            {
                Directory.Delete(directory, recursive: true);
            }
        }
    }

    public ValueTask DisposeAsync() => _background.DisposeAsync();

    /// <summary>What a pod can learn of its node.</summary>
    public static PodFacts FactsOf(NodeContext node, IReadOnlyList<string> podIps) =>
        new(node.Facts.NodeName, podIps, node.Facts.Addresses, node.Facts.AllocatableCpu, node.Facts.AllocatableMemory)
        {
            AllocatableEphemeralStorage = node.Facts.AllocatableDisk,
        };

    private async Task<bool> RunSandboxAsync(RunSandbox run, PodView view, PodMaterials materials, CancellationToken cancellationToken)
    {
        if (run.Attempt > 0)
        {
            _reports.Normal("SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
        }

        try
        {
            if (!_node.Options.Simulated)
            {
                await _volumes.PrepareAsync(view.Pod, materials, cancellationToken);
                new PodCgroup(_node.Options.CgroupRoot, view.Pod).Make();
                Directory.CreateDirectory(LogDirectoryOf(view.Pod));
            }

            await _node.Runtime.RunPodSandboxAsync(ConfigOf(view, run.Attempt), cancellationToken);
            (_memory.SandboxNotBefore, _sandboxRetry) = (null, FirstRetry);
            return true;
        }
        catch (VolumeException failed)
        {
            Tell(failed);
        }
        catch (CriException failed) when (!failed.IsUnreachable)
        {
            _reports.Warning("FailedCreatePodSandBox", $"Failed to create pod sandbox: {failed.Message}");
        }
        catch (Exception failed) when (failed is IOException and not CriException or UnauthorizedAccessException)
        {
            _reports.Warning("FailedCreatePodContainer", $"unable to ensure pod container exists: {failed.Message}");
        }

        _memory.SandboxNotBefore = _node.Clock.GetUtcNow() + _sandboxRetry;
        _sandboxRetry = _sandboxRetry * 2 < LongestRetry ? _sandboxRetry * 2 : LongestRetry;
        return false;
    }

    private void Tell(VolumeException failed)
    {
        foreach (var message in failed.Messages)
        {
            _reports.Warning("FailedMount", message);
        }
    }

    private PodSandboxConfig ConfigOf(PodView view, int attempt) => SandboxConfigs.Of(
        view.Pod,
        attempt,
        LogDirectoryOf(view.Pod),
        new PodCgroup(_node.Options.CgroupRoot, view.Pod).Path,
        PodDns.Of(view.Pod, _node.ClusterDns, _node.ClusterDomain, NodeContext.HostDns()),
        _node.ClusterDomain);

    private string LogDirectoryOf(V1Pod pod) => _node.LogDirectory(pod.Metadata.NamespaceProperty, pod.Metadata.Name, _uid);

    /// <summary>Lets a container end, beside the loop. A later call with less time overtakes an earlier one.</summary>
    private void Stop(StopContainer stop, PodView view)
    {
        var isFirst = !_memory.Stopping.ContainsKey(stop.Id);
        _memory.Stopping[stop.Id] = _node.Clock.GetUtcNow() + stop.Grace;
        var container = PodSpecs.AllContainers(view.Pod).FirstOrDefault(one => one.Name == stop.Name);
        if (isFirst)
        {
            _reports.Normal("Killing", stop.Message, PodReports.PathOf(view.Pod, stop.Name));
        }

        _background.Run(
            async cancellationToken =>
            {
                var left = stop.Grace;
                if (isFirst && container?.Lifecycle?.PreStop is { } hook)
                {
                    left -= await PreStopAsync(hook, container, view, stop, cancellationToken);
                    left = left > LeastGrace ? left : LeastGrace;
                }

                await _node.Runtime.StopContainerAsync(stop.Id, left, cancellationToken);
            },
            failure => Stopped(stop.Id, failure));
    }

    private void Stopped(string id, Exception? failure)
    {
        if (failure is null)
        {
            _memory.Stopping.Remove(id);
            return;
        }

        // Tried again, but not at once: the runtime may be away.
        _background.Run(cancellationToken => Task.Delay(FirstRetry, _node.Clock, cancellationToken), _ => _memory.Stopping.Remove(id));
    }

    private async Task<TimeSpan> PreStopAsync(V1LifecycleHandler hook, V1Container container, PodView view, StopContainer stop, CancellationToken cancellationToken)
    {
        var begun = _node.Clock.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(stop.Grace);
        try
        {
            var podIp = _node.AddressOf(view.Pod, view.Runtime);
            await LifecycleHooks.RunAsync(hook, view.Pod, container, podIp, PodProbes.ExecIn(_node.Runtime, stop.Id), _node.Clock, limit.Token);
        }
        catch (LifecycleHookException failed)
        {
            _reports.Warning("FailedPreStopHook", failed.Message, PodReports.PathOf(view.Pod, container.Name));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The hook used up the whole time: the container is told now.
        }

        return _node.Clock.GetElapsedTime(begun);
    }

    /// <summary>The log and the last words of a container that nobody asks for any more.</summary>
    private void RemoveTraces(RuntimeContainer? container, PodView view)
    {
        if (container is null || _node.Options.Simulated)
        {
            return;
        }

        foreach (var file in new[] { container.TerminationMessageFile, container.LogPath }.Where(file => file.Length > 0))
        {
            File.Delete(file);
        }

        var logs = Path.Combine(LogDirectoryOf(view.Pod), container.Name);
        if (Directory.Exists(logs))
        {
            foreach (var rotated in Directory.GetFiles(logs, $"{container.Attempt}.log.*"))
            {
                File.Delete(rotated);
            }
        }
    }
}
