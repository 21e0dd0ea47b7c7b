using System.Globalization;
using Grpc.Core;
using Orchestrator.Agent.Cri;
using Orchestrator.AgentProtocol.Cri;

namespace Orchestrator.Agent.Pods;

/// <summary>Reads what the runtime has of one pod. What cannot change any more is asked for once.</summary>
internal sealed class RuntimeReader(ICriRuntime runtime, string podUid)
{
    private readonly Dictionary<string, RuntimeContainer> _containers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<string>> _addresses = new(StringComparer.Ordinal);

    /// <summary>The pod's sandboxes and containers as they are now.</summary>
    /// <exception cref="CriException">The runtime does not answer.</exception>
    public async Task<PodRuntime> ReadAsync(CancellationToken cancellationToken)
    {
        var listing = runtime.ListContainersAsync(podUid, cancellationToken);
        var sandboxes = new List<RuntimeSandbox>();
        foreach (var sandbox in await runtime.ListPodSandboxesAsync(podUid, cancellationToken))
        {
            var isReady = sandbox.State == PodSandboxState.SandboxReady;
            sandboxes.Add(new RuntimeSandbox(
                sandbox.Id,
                (int)sandbox.Metadata.Attempt,
                isReady,
                Time(sandbox.CreatedAt),
                isReady ? await AddressesAsync(sandbox.Id, cancellationToken) : []));
        }

        var containers = new List<RuntimeContainer>();
        foreach (var listed in await listing)
        {
            if (await ContainerAsync(listed, cancellationToken) is { } container)
            {
                containers.Add(container);
            }
        }

        Forget(sandboxes, containers);
        return new PodRuntime(
            [.. sandboxes.OrderByDescending(sandbox => sandbox.Attempt).ThenByDescending(sandbox => sandbox.CreatedAt)],
            [.. containers.OrderByDescending(container => container.Attempt).ThenByDescending(container => container.CreatedAt)]);
    }

    private async Task<IReadOnlyList<string>> AddressesAsync(string sandboxId, CancellationToken cancellationToken)
    {
        if (_addresses.TryGetValue(sandboxId, out var known))
        {
            return known;
        }

        try
        {
            var status = await runtime.PodSandboxStatusAsync(sandboxId, cancellationToken);
            IReadOnlyList<string> addresses = status.Network is { Ip.Length: > 0 } network
                ? [network.Ip, .. network.AdditionalIps.Select(additional => additional.Ip)]
                : [];
            return _addresses[sandboxId] = addresses;
        }
        catch (CriException gone) when (gone.Code == StatusCode.NotFound)
        {
            return [];
        }
    }

    private async Task<RuntimeContainer?> ContainerAsync(Container listed, CancellationToken cancellationToken)
    {
        var state = StateOf(listed.State);
        if (_containers.TryGetValue(listed.Id, out var known) && known.State == state && state != RuntimeState.Unknown)
        {
            return known;
        }

        try
        {
            return _containers[listed.Id] = Read(listed, await runtime.ContainerStatusAsync(listed.Id, cancellationToken));
        }
        catch (CriException gone) when (gone.Code == StatusCode.NotFound)
        {
            return null;
        }
    }

    private static RuntimeContainer Read(Container listed, ContainerStatus status) => new()
    {
        Id = listed.Id,
        SandboxId = listed.PodSandboxId,
        Name = listed.Labels.TryGetValue(CriLabels.ContainerName, out var name) ? name : listed.Metadata.Name,
        Attempt = (int)listed.Metadata.Attempt,
        State = StateOf(status.State),
        CreatedAt = Time(status.CreatedAt),
        StartedAt = Time(status.StartedAt),
        FinishedAt = Time(status.FinishedAt),
        ExitCode = status.ExitCode,
        Reason = status.Reason,
        Message = status.Message,
        Image = status.Image?.Image ?? "",
        ImageRef = status.ImageRef,
        Hash = listed.Annotations.TryGetValue(CriLabels.Hash, out var hash) ? hash : "",
        BackOffStep = listed.Annotations.TryGetValue(CriLabels.BackOffStep, out var step) ? int.Parse(step, CultureInfo.InvariantCulture) : 0,
        LogPath = status.LogPath,
        TerminationMessageFile = listed.Annotations.TryGetValue(CriLabels.TerminationMessageFile, out var file) ? file : "",
        FallsBackToLog = listed.Annotations.TryGetValue(CriLabels.TerminationMessagePolicy, out var policy) && policy == "FallbackToLogsOnError",
    };

    private void Forget(List<RuntimeSandbox> sandboxes, List<RuntimeContainer> containers)
    {
        foreach (var id in _addresses.Keys.Except(sandboxes.Select(sandbox => sandbox.Id)).ToList())
        {
            _addresses.Remove(id);
        }

        foreach (var id in _containers.Keys.Except(containers.Select(container => container.Id)).ToList())
        {
            _containers.Remove(id);
        }
    }

    private static RuntimeState StateOf(ContainerState state) => state switch
    {
        ContainerState.ContainerCreated => RuntimeState.Created,
        ContainerState.ContainerRunning => RuntimeState.Running,
        ContainerState.ContainerExited => RuntimeState.Exited,
        _ => RuntimeState.Unknown,
    };

    private static DateTimeOffset Time(long nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / TimeSpan.NanosecondsPerTick);
}
