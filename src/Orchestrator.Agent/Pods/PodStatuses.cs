using k8s.Models;

namespace Orchestrator.Agent.Pods;

/// <summary>The status of a pod as users see it. Pure.</summary>
/// <remarks>Upstream: generateAPIPodStatus and getPhase in pkg/kubelet/kubelet_pods.go, pkg/kubelet/status/generate.go.</remarks>
internal static class PodStatuses
{
    /// <summary>The status, and whether the pod has succeeded or failed for good.</summary>
    public static (V1PodStatus Status, bool IsOver) Of(PodView view)
    {
        var isInitialized = ContainerStatuses.AreInitialized(view);
        var init = ContainerStatuses.Of(view, PodSpecs.InitContainers(view.Pod), isInitialized);
        var containers = ContainerStatuses.Of(view, view.Pod.Spec.Containers, isInitialized);
        var phase = PhaseOf(view, init, containers, isInitialized);
        var isOver = phase is "Succeeded" or "Failed";

        // What is over is said only when nothing runs any more: others take an ended pod's place from then on.
        var stillRuns = view.Runtime.Containers.Any(container => container.State is RuntimeState.Running or RuntimeState.Unknown);
        var said = isOver && stillRuns && view.Pod.Status?.Phase is not ("Succeeded" or "Failed") ? "Running" : phase;
        var (reason, message) = ReasonOf(view);
        var status = new V1PodStatus
        {
            Phase = said,
            Reason = reason,
            Message = message,
            QosClass = PodSpecs.QosClass(view.Pod),
            StartTime = Seconds(view.StartTime),
            HostIP = view.HostIps.Count > 0 ? view.HostIps[0] : null,
            HostIPs = view.HostIps.Count > 0 ? [.. view.HostIps.Select(ip => new V1HostIP { Ip = ip })] : null,
            InitContainerStatuses = init.Count > 0 ? init : null,
            ContainerStatuses = containers,
            EphemeralContainerStatuses = ContainerStatuses.OfEphemeral(view, isInitialized),
        };
        Address(status, view, isOver);
        status.Conditions = Conditions(view, status, isInitialized, said);
        return (status, isOver);
    }

    private static string PhaseOf(PodView view, List<V1ContainerStatus> init, List<V1ContainerStatus> containers, bool isInitialized)
    {
        if (view.Pod.Status?.Phase is "Succeeded" or "Failed")
        {
            return view.Pod.Status.Phase;
        }

        if (view.IsPastDeadline)
        {
            return "Failed";
        }

        if (view.Pod.Spec.RestartPolicy == "Never" && FailedInit(view, init))
        {
            return "Failed";
        }

        var waiting = containers.Count(status => status.State.Waiting is not null && status.LastState?.Terminated is null);
        if ((!isInitialized && init.Count > 0) || waiting > 0)
        {
            return "Pending";
        }

        var ended = containers.Select(status => status.State.Terminated ?? (status.State.Waiting is null ? null : status.LastState?.Terminated)).ToList();
        if (ended.Contains(null))
        {
            return "Running";
        }

        return view.Pod.Spec.RestartPolicy switch
        {
            "Never" => ended.All(end => end!.ExitCode == 0) ? "Succeeded" : "Failed",
            "OnFailure" => ended.All(end => end!.ExitCode == 0) ? "Succeeded" : "Running",
            _ when view.IsEnding => ended.All(end => end!.ExitCode == 0) ? "Succeeded" : "Failed",
            _ => "Running",
        };
    }

    private static bool FailedInit(PodView view, List<V1ContainerStatus> init) => PodSpecs.InitContainers(view.Pod)
        .Zip(init)
        .Any(pair => !PodSpecs.IsSidecar(pair.First) && pair.Second.State.Terminated is { ExitCode: not 0 });

    private static (string? Reason, string? Message) ReasonOf(PodView view)
    {
        if (view.Pod.Status?.Phase is "Succeeded" or "Failed")
        {
            return (view.Pod.Status.Reason, view.Pod.Status.Message);
        }

        return view.IsPastDeadline && !view.IsEnding ? ("DeadlineExceeded", "Pod was active on the node longer than the specified deadline") : (null, null);
    }

    private static void Address(V1PodStatus status, PodView view, bool isOver)
    {
        var ips = view.Pod.Spec.HostNetwork == true
            ? (view.Runtime.Sandbox is null ? [] : view.HostIps)
            : view.Runtime.Sandbox?.Ips ?? [];
        if (ips.Count == 0 && (isOver || view.IsEnding) && view.Pod.Status?.PodIP is { Length: > 0 } told)
        {
            ips = [told];
        }

        if (ips.Count > 0)
        {
            status.PodIP = ips[0];
            status.PodIPs = [.. ips.Select(ip => new V1PodIP { Ip = ip })];
        }
    }

    private static List<V1PodCondition> Conditions(PodView view, V1PodStatus status, bool isInitialized, string phase)
    {
        var isDone = phase is "Succeeded" or "Failed";
        var hasSandbox = view.Runtime.Sandbox is { } sandbox && (sandbox.Ips.Count > 0 || view.Pod.Spec.HostNetwork == true);
        var ready = ContainersReady(view, status, isDone, phase);
        var gate = ready.Status == "True" ? ReadinessGate(view.Pod) : null;
        return
        [
            Condition(view, "PodReadyToStartContainers", hasSandbox && !isDone ? "True" : "False", null, null),
            Initialized(view, isInitialized, phase),
            gate is null
                ? Condition(view, "Ready", ready.Status, ready.Reason, ready.Message)
                : Condition(view, "Ready", "False", "ReadinessGatesNotReady", gate),
            ready,
            Condition(view, "PodScheduled", "True", null, null),
        ];
    }

    private static V1PodCondition Initialized(PodView view, bool isInitialized, string phase)
    {
        if (isInitialized || PodSpecs.InitContainers(view.Pod).FirstOrDefault() is null)
        {
            return Condition(view, "Initialized", "True", phase == "Succeeded" ? "PodCompleted" : null, null);
        }

        var names = PodSpecs.InitContainers(view.Pod)
            .Where(container => view.Runtime.Latest(container.Name) is not { State: RuntimeState.Exited, ExitCode: 0 })
            .Where(container => !(PodSpecs.IsSidecar(container) && view.Runtime.Latest(container.Name) is { State: RuntimeState.Running }))
            .Select(container => container.Name);
        return Condition(view, "Initialized", "False", "ContainersNotInitialized", $"containers with incomplete status: [{string.Join(' ', names)}]");
    }

    private static V1PodCondition ContainersReady(PodView view, V1PodStatus status, bool isDone, string phase)
    {
        if (isDone)
        {
            return Condition(view, "ContainersReady", "False", phase == "Succeeded" ? "PodCompleted" : "PodFailed", null);
        }

        var counted = status.ContainerStatuses.Concat(
            (status.InitContainerStatuses ?? []).Where(one => PodSpecs.InitContainers(view.Pod).Any(container => container.Name == one.Name && PodSpecs.IsSidecar(container))));
        var names = counted.Where(one => !one.Ready).Select(one => one.Name).ToList();
        return names.Count == 0
            ? Condition(view, "ContainersReady", "True", null, null)
            : Condition(view, "ContainersReady", "False", "ContainersNotReady", $"containers with unready status: [{string.Join(' ', names)}]");
    }

    /// <summary>Conditions that others set and that the pod waits for; null when all hold.</summary>
    private static string? ReadinessGate(V1Pod pod)
    {
        var faults = (pod.Spec.ReadinessGates ?? [])
            .Select(gate => (gate.ConditionType, Condition: pod.Status?.Conditions?.FirstOrDefault(condition => condition.Type == gate.ConditionType)))
            .Where(gate => gate.Condition?.Status != "True")
            .Select(gate => gate.Condition is null
                ? $"corresponding condition of pod readiness gate \"{gate.ConditionType}\" does not exist."
                : $"the status of pod readiness gate \"{gate.ConditionType}\" is not \"True\", but {gate.Condition.Status}")
            .ToList();
        return faults.Count == 0 ? null : string.Join(", ", faults);
    }

    /// <summary>A condition; its transition time is kept by the node's grain, which knows what it was before.</summary>
    private static V1PodCondition Condition(PodView view, string type, string value, string? reason, string? message) => new()
    {
        Type = type,
        Status = value,
        Reason = reason,
        Message = message,
        LastTransitionTime = Transition(view, type, value),
    };

    private static DateTime? Transition(PodView view, string type, string value) =>
        view.Pod.Status?.Conditions?.FirstOrDefault(condition => condition.Type == type) is { } told && told.Status == value ? told.LastTransitionTime : null;

    private static DateTime Seconds(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerSecond), DateTimeKind.Utc);
}
