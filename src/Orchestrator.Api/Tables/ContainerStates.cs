using System.Globalization;

namespace Orchestrator.Api.Tables;

/// <summary>What a pod's containers come to: how many are ready, what is the matter, and how often and when one was restarted.</summary>
internal sealed class ContainerStates
{
    private readonly PrintedObject _pod;
    private readonly HashSet<string> _sidecars;

    internal ContainerStates(PrintedObject pod)
    {
        _pod = pod;
        _sidecars = [.. pod.Items("spec.initContainers").Where(container => container.Text("restartPolicy") == "Always").Select(container => container.Text("name"))];
        Total = pod.Count("spec.containers") + _sidecars.Count;
        Reason = pod.Text("status.reason", pod.Text("status.phase"));
        if (pod.Items("status.conditions").Any(condition => condition.Text("type") == "PodScheduled" && condition.Text("reason") == "SchedulingGated"))
        {
            Reason = "SchedulingGated";
        }

        var initializing = ReadInitContainers();
        if (!initializing || pod.Condition("Initialized") == "True")
        {
            ReadContainers();
        }
    }

    /// <summary>Containers that should be ready: all but the init containers that end.</summary>
    internal long Total { get; }

    internal int Ready { get; private set; }

    internal long Restarts { get; private set; }

    internal DateTimeOffset? LastRestart { get; private set; }

    internal string Reason { get; private set; }

    /// <summary>Reads the init containers up to the first that is not done; true when there is one.</summary>
    private bool ReadInitContainers()
    {
        var place = 0;
        foreach (var container in _pod.Items("status.initContainerStatuses"))
        {
            Count(container);
            var sidecar = _sidecars.Contains(container.Text("name"));
            var ended = container.Has("state.terminated");
            if (ended && container.Number("state.terminated.exitCode") == 0)
            {
                place++;
            }
            else if (sidecar && container.Flag("started"))
            {
                Ready += container.Flag("ready") ? 1 : 0;
                place++;
            }
            else
            {
                Reason = "Init:" + InitReason(container, ended, place);
                return true;
            }
        }

        return false;
    }

    private string InitReason(PrintedObject container, bool ended, int place)
    {
        if (ended)
        {
            return Ended(container);
        }

        var waiting = container.Text("state.waiting.reason");
        return waiting.Length > 0 && waiting != "PodInitializing"
            ? waiting
            : string.Create(CultureInfo.InvariantCulture, $"{place}/{_pod.Count("spec.initContainers")}");
    }

    private void ReadContainers()
    {
        // From here on only the restarts of sidecars and of the containers themselves count.
        (Restarts, LastRestart) = (0, null);
        foreach (var container in _pod.Items("status.initContainerStatuses").Where(container => _sidecars.Contains(container.Text("name"))))
        {
            Count(container);
        }

        var running = false;
        foreach (var container in _pod.Items("status.containerStatuses").Reverse())
        {
            Count(container);
            var waiting = container.Text("state.waiting.reason");
            if (waiting.Length > 0)
            {
                Reason = waiting;
            }
            else if (container.Has("state.terminated"))
            {
                Reason = Ended(container);
            }
            else if (container.Flag("ready") && container.Has("state.running"))
            {
                running = true;
                Ready++;
            }
        }

        if (Reason == "Completed" && running)
        {
            Reason = _pod.Condition("Ready") == "True" ? "Running" : "NotReady";
        }
    }

    private void Count(PrintedObject container)
    {
        Restarts += container.Number("restartCount");
        if (container.Time("lastState.terminated.finishedAt") is { } finished && !(finished <= LastRestart))
        {
            LastRestart = finished;
        }
    }

    private static string Ended(PrintedObject container)
    {
        var signal = container.Number("state.terminated.signal");
        return container.Text("state.terminated.reason", signal != 0
            ? string.Create(CultureInfo.InvariantCulture, $"Signal:{signal}")
            : string.Create(CultureInfo.InvariantCulture, $"ExitCode:{container.Number("state.terminated.exitCode")}"));
    }
}
