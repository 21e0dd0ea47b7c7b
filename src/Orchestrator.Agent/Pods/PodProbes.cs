using Grpc.Core;
using k8s.Models;
using Orchestrator.Agent.Cri;
using Orchestrator.Agent.Probes;

namespace Orchestrator.Agent.Pods;

/// <summary>The probes of one pod's running containers: begun when a container runs, ended when it does not.</summary>
internal sealed class PodProbes(NodeContext node, PodReports reports, Action<Action> post) : IAsyncDisposable
{
    private readonly Dictionary<string, ContainerProbes> _running = new(StringComparer.Ordinal);

    /// <summary>Brings the probes in line with what runs. Called by the pod's worker alone.</summary>
    public async Task FollowAsync(V1Pod pod, PodRuntime runtime, PodMemory memory, bool isEnding)
    {
        var live = runtime.Containers.Where(container => container.State == RuntimeState.Running).ToList();
        foreach (var id in memory.Probes.Keys.Except(live.Select(container => container.Id)).ToList())
        {
            memory.Probes.Remove(id);
            if (_running.Remove(id, out var ended))
            {
                await ended.DisposeAsync();
            }
        }

        foreach (var container in live.Where(container => !memory.Probes.ContainsKey(container.Id) && !memory.Hooks.Contains(container.Id)))
        {
            Begin(pod, runtime, container, memory, isEnding);
        }

        if (isEnding)
        {
            foreach (var probes in _running.Values)
            {
                probes.Terminate();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var probes in _running.Values)
        {
            await probes.DisposeAsync();
        }

        _running.Clear();
    }

    /// <summary>Runs a command in a container, for probes and hooks.</summary>
    public static ExecProbe ExecIn(ICriRuntime runtime, string containerId) => async (command, timeout, cancellationToken) =>
    {
        try
        {
            var reply = await runtime.ExecSyncAsync(containerId, command, timeout, cancellationToken);
            return new ExecOutcome(reply.ExitCode, reply.Stdout.ToStringUtf8() + reply.Stderr.ToStringUtf8(), TimedOut: false);
        }
        catch (CriException late) when (late.Code == StatusCode.DeadlineExceeded)
        {
            return new ExecOutcome(-1, "", TimedOut: true);
        }
    };

    private void Begin(V1Pod pod, PodRuntime runtime, RuntimeContainer running, PodMemory memory, bool isEnding)
    {
        var container = PodSpecs.AllContainers(pod).FirstOrDefault(one => one.Name == running.Name);
        var isProbed = container is not null && (!PodSpecs.IsInit(pod, container.Name) || PodSpecs.IsSidecar(container))
            && (container.StartupProbe ?? container.ReadinessProbe ?? container.LivenessProbe) is not null;
        if (!isProbed)
        {
            memory.Probes[running.Id] = new ProbedContainer(Started: true, Ready: true);
            return;
        }

        // An agent that starts again must not take a pod out of its Services until a probe says so.
        var told = (pod.Status?.ContainerStatuses ?? []).Concat(pod.Status?.InitContainerStatuses ?? [])
            .FirstOrDefault(status => status.ContainerID == ContainerStatuses.IdOf(running));
        var hasStarted = container!.StartupProbe is null || told?.Started == true;
        memory.Probes[running.Id] = new ProbedContainer(hasStarted, container.ReadinessProbe is null || told?.Ready == true);
        var podIp = node.AddressOf(pod, runtime);
        var probes = new ContainerProbes(
            pod,
            container,
            running.StartedAt,
            podIp,
            ExecIn(node.Runtime, running.Id),
            verdict => post(() => Take(pod, container, running.Id, memory, verdict)),
            node.Clock,
            hasStarted);
        _running[running.Id] = probes;
        if (isEnding)
        {
            probes.Terminate();
        }
    }

    private void Take(V1Pod pod, V1Container container, string id, PodMemory memory, ProbeVerdict verdict)
    {
        if (!memory.Probes.TryGetValue(id, out var before))
        {
            return;
        }

        if (verdict.Warn)
        {
            reports.Warning(verdict.Reason, verdict.Message, PodReports.PathOf(pod, container.Name));
            return;
        }

        memory.Probes[id] = (verdict.Kind, verdict.Success) switch
        {
            (ProbeKind.Readiness, var isReady) => before with { Ready = isReady },
            (ProbeKind.Startup, true) => before with { Started = true },
            (_, false) => before with
            {
                Fault = $"Container {container.Name} failed {verdict.Kind.ToString().ToLowerInvariant()} probe, will be restarted",
                GracePeriod = verdict.GracePeriod,
            },
            _ => before,
        };
    }
}
