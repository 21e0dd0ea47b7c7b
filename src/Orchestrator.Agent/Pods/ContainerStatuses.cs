using k8s.Models;

namespace Orchestrator.Agent.Pods;

/// <summary>The status of each container as users see it. Pure.</summary>
/// <remarks>Upstream: convertToAPIContainerStatuses in pkg/kubelet/kubelet_pods.go.</remarks>
internal static class ContainerStatuses
{
    /// <summary>The statuses of some of the pod's containers.</summary>
    /// <param name="view">What is known.</param>
    /// <param name="containers">Which containers.</param>
    /// <param name="isInitialized">True when init containers are through, or there are none.</param>
    public static List<V1ContainerStatus> Of(PodView view, IEnumerable<V1Container> containers, bool isInitialized) =>
        [.. containers.Select(container => Of(view, container, isInitialized))];

    /// <summary>The statuses of ephemeral containers, which are never ready, for nothing waits for them; null when there are none.</summary>
    public static List<V1ContainerStatus>? OfEphemeral(PodView view, bool isInitialized)
    {
        var statuses = Of(view, PodSpecs.EphemeralContainers(view.Pod), isInitialized);
        statuses.ForEach(static status => (status.Ready, status.Started) = (false, null));
        return statuses.Count > 0 ? statuses : null;
    }

    /// <summary>Whether every init container has done its part: ended well, or runs and has started up.</summary>
    public static bool AreInitialized(PodView view)
    {
        // Once the containers have been started the question is settled, whatever becomes of a sidecar.
        return view.Pod.Spec.Containers.Any(container => view.Runtime.Latest(container.Name) is not null)
            || PodSpecs.InitContainers(view.Pod).All(container => view.Runtime.Latest(container.Name) is { } latest && (PodSpecs.IsSidecar(container)
                ? latest.State == RuntimeState.Running && IsStarted(view, latest)
                : latest is { State: RuntimeState.Exited, ExitCode: 0 }));
    }

    private static V1ContainerStatus Of(PodView view, V1Container container, bool isInitialized)
    {
        var told = Told(view.Pod, container.Name);
        var latest = view.Runtime.Latest(container.Name);
        var status = new V1ContainerStatus
        {
            Name = container.Name,
            Image = latest?.Image is { Length: > 0 } image ? image : container.Image,
            ImageID = latest?.ImageRef ?? told?.ImageID ?? "",
            ContainerID = latest is null ? null : IdOf(latest),
            RestartCount = latest?.Attempt ?? told?.RestartCount ?? 0,
            Ready = false,
            Started = false,
            State = new V1ContainerState(),
            LastState = new V1ContainerState(),
        };
        if (view.Runtime.Previous(container.Name) is { State: RuntimeState.Exited } previous)
        {
            status.LastState.Terminated = Terminated(view, previous);
        }
        else if (latest is null)
        {
            Recall(status, told, view);
        }

        switch (latest?.State)
        {
            case RuntimeState.Running when view.Memory.Hooks.Contains(latest.Id):
                status.State.Waiting = new V1ContainerStateWaiting { Reason = "ContainerCreating" };
                break;
            case RuntimeState.Running:
                Running(status, view, latest);
                break;
            case RuntimeState.Exited:
                Exited(status, view, container, latest);
                break;
            case RuntimeState.Unknown:
                status.State.Waiting = new V1ContainerStateWaiting { Reason = "ContainerStatusUnknown", Message = "the runtime lost track of the container" };
                break;
            default:
                if (status.State.Terminated is null)
                {
                    status.State.Waiting = Waiting(view, container, isInitialized);
                }

                break;
        }

        return status;
    }

    /// <summary>A container that ran and that the runtime has forgotten: what the API was told last must stand for it.</summary>
    private static void Recall(V1ContainerStatus status, V1ContainerStatus? told, PodView view)
    {
        if (told?.ContainerID is not { Length: > 0 })
        {
            return;
        }

        status.ContainerID = told.ContainerID;
        var end = told.State?.Terminated ?? new V1ContainerStateTerminated
        {
            Reason = "ContainerStatusUnknown",
            Message = "The container could not be located when the pod was terminated",
            ExitCode = 137,
            ContainerID = told.ContainerID,
        };
        if (view.IsEnding || view.Pod.Status?.Phase is "Succeeded" or "Failed" || view.Pod.Spec.RestartPolicy == "Never")
        {
            status.State.Terminated = end;
            status.LastState = told.LastState ?? new V1ContainerState();
        }
        else
        {
            status.LastState.Terminated = end;
        }
    }

    private static void Running(V1ContainerStatus status, PodView view, RuntimeContainer latest)
    {
        status.State.Running = new V1ContainerStateRunning { StartedAt = latest.StartedAt.UtcDateTime };
        status.Started = IsStarted(view, latest);
        status.Ready = status.Started == true && view.Memory.Probes.TryGetValue(latest.Id, out var probed) && probed.Ready;
    }

    private static void Exited(V1ContainerStatus status, PodView view, V1Container container, RuntimeContainer latest)
    {
        var end = Terminated(view, latest);
        var isInit = PodSpecs.IsInit(view.Pod, container.Name);

        // An init container is ready when it is done.
        status.Ready = isInit && !PodSpecs.IsSidecar(container) && latest.ExitCode == 0;
        var isBackingOff = !view.IsEnding
            && !view.IsPastDeadline
            && view.Pod.Status?.Phase is not ("Succeeded" or "Failed")
            && PodSpecs.Restarts(view.Pod, container, latest.ExitCode)
            && RestartBackOff.DelayAfter(latest) > TimeSpan.Zero;
        if (view.Memory.Waiting.TryGetValue(container.Name, out var waiting) && !view.IsEnding)
        {
            (status.State.Waiting, status.LastState.Terminated) = (new V1ContainerStateWaiting { Reason = waiting.Reason, Message = waiting.Message }, end);
        }
        else if (isBackingOff)
        {
            var message = $"back-off {PodSpecs.GoDuration(RestartBackOff.DelayAfter(latest))} restarting failed container={container.Name} pod={PodSpecs.Title(view.Pod)}";
            (status.State.Waiting, status.LastState.Terminated) = (new V1ContainerStateWaiting { Reason = "CrashLoopBackOff", Message = message }, end);
        }
        else
        {
            status.State.Terminated = end;
        }
    }

    private static V1ContainerStateWaiting Waiting(PodView view, V1Container container, bool isInitialized)
    {
        if (view.Memory.Waiting.TryGetValue(container.Name, out var waiting))
        {
            return new V1ContainerStateWaiting { Reason = waiting.Reason, Message = waiting.Message };
        }

        var waitsForInit = view.Pod.Spec.InitContainers is { Count: > 0 } && !isInitialized;
        return new V1ContainerStateWaiting { Reason = waitsForInit ? "PodInitializing" : "ContainerCreating" };
    }

    private static V1ContainerStateTerminated Terminated(PodView view, RuntimeContainer container)
    {
        var words = view.Memory.LastWords.GetValueOrDefault(container.Id, "");
        return new V1ContainerStateTerminated
        {
            ExitCode = container.ExitCode,
            Reason = container.Reason.Length > 0 ? container.Reason : container.ExitCode == 0 ? "Completed" : "Error",
            Message = words.Length > 0 ? words : container.Message.Length > 0 ? container.Message : null,
            StartedAt = Time(container.StartedAt),
            FinishedAt = Time(container.FinishedAt),
            ContainerID = IdOf(container),
        };
    }

    private static bool IsStarted(PodView view, RuntimeContainer latest) =>
        !view.Memory.Hooks.Contains(latest.Id) && view.Memory.Probes.TryGetValue(latest.Id, out var probed) && probed.Started;

    private static V1ContainerStatus? Told(V1Pod pod, string name) => (pod.Status?.ContainerStatuses ?? [])
        .Concat(pod.Status?.InitContainerStatuses ?? [])
        .Concat(pod.Status?.EphemeralContainerStatuses ?? [])
        .FirstOrDefault(status => status.Name == name);

    private static DateTime? Time(DateTimeOffset at) => at > DateTimeOffset.UnixEpoch ? at.UtcDateTime : null;

    /// <summary>A container's id as the API names it.</summary>
    public static string IdOf(RuntimeContainer container) => "containerd://" + container.Id;
}
