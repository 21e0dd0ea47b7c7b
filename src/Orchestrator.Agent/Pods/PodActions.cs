using k8s.Models;

namespace Orchestrator.Agent.Pods;

/// <summary>Decides what to do next for a pod. Pure: the same view always gives the same plan.</summary>
/// <remarks>Upstream: computePodActions in pkg/kubelet/kuberuntime/kuberuntime_manager.go, which also acts.</remarks>
internal static class PodActions
{
    /// <summary>Ended containers of a name that are kept, the newest included: for status and for the log of the one before.</summary>
    private const int KeptPerName = 2;

    /// <summary>A sidecar has at least this long to end when the others have used up the pod's time. Upstream: minimumGracePeriodInSeconds.</summary>
    private static readonly TimeSpan LeastGrace = TimeSpan.FromSeconds(2);

    /// <summary>A stop is asked for again only when it would end the container earlier by more than this.</summary>
    private static readonly TimeSpan WorthAskingAgain = TimeSpan.FromSeconds(1);

    /// <summary>The plan for a pod.</summary>
    /// <param name="view">What is known.</param>
    /// <param name="isOver">The pod has succeeded or failed: nothing of it is started again.</param>
    public static PodPlan Compute(PodView view, bool isOver)
    {
        if (view.IsEnding)
        {
            return End(view);
        }

        return isOver ? Settle(view) : Run(view);
    }

    /// <summary>The pod must go: containers, sandbox, everything.</summary>
    private static PodPlan End(PodView view)
    {
        var grace = view.EndingGrace - (view.Now - (view.Memory.EndingSince ?? view.Now));
        if (Stops(view, grace) is { } stops)
        {
            return stops;
        }

        if (view.Runtime.Sandboxes.Any(sandbox => sandbox.IsReady))
        {
            return new PodPlan([.. view.Runtime.Sandboxes.Where(sandbox => sandbox.IsReady).Select(sandbox => new StopSandbox(sandbox.Id))], null);
        }

        return new PodPlan(
            [
                .. view.Runtime.Containers.Select(container => new RemoveContainer(container.Id)),
                .. view.Runtime.Sandboxes.Select(sandbox => new RemoveSandbox(sandbox.Id)),
                new Finish(),
            ],
            null);
    }

    /// <summary>The pod has succeeded or failed: its logs stay until it is deleted.</summary>
    private static PodPlan Settle(PodView view) =>
        Stops(view, view.ContainerGrace)
        ?? new PodPlan([.. view.Runtime.Sandboxes.Where(sandbox => sandbox.IsReady).Select(sandbox => new StopSandbox(sandbox.Id))], null);

    /// <summary>Ends what runs: first the containers, then the sidecars one by one, the last first. Null when nothing runs.</summary>
    private static PodPlan? Stops(PodView view, TimeSpan grace)
    {
        var running = view.Runtime.Containers.Where(container => container.State is RuntimeState.Running or RuntimeState.Unknown).ToList();
        if (running.Count == 0)
        {
            return null;
        }

        var sidecars = PodSpecs.InitContainers(view.Pod).Where(PodSpecs.IsSidecar).Select(container => container.Name).ToList();
        var first = running.Where(container => !sidecars.Contains(container.Name)).ToList();
        if (first.Count == 0)
        {
            first = [running.MaxBy(container => sidecars.IndexOf(container.Name))!];
            grace = grace > LeastGrace ? grace : LeastGrace;
        }

        grace = grace > TimeSpan.Zero ? grace : TimeSpan.FromSeconds(1);
        return new PodPlan([.. first.Select(container => Stop(view, container, grace, $"Stopping container {container.Name}")).OfType<PodStep>()], null);
    }

    private static StopContainer? Stop(PodView view, RuntimeContainer container, TimeSpan grace, string message) =>
        view.Memory.Stopping.TryGetValue(container.Id, out var until) && until <= view.Now + grace + WorthAskingAgain
            ? null
            : new StopContainer(container.Id, container.Name, grace, message);

    private static PodPlan Run(PodView view)
    {
        if (view.Runtime.Sandbox is null)
        {
            return MakeSandbox(view);
        }

        var draft = new Draft(view);
        draft.StartEphemeral();
        if (draft.Initialize())
        {
            draft.RunContainers();
        }

        return new PodPlan([.. draft.Steps, .. Surplus(view)], draft.LookAgain);
    }

    private static PodPlan MakeSandbox(PodView view)
    {
        // What still runs belongs to a sandbox that is broken: it has no network any more.
        if (Stops(view, view.ContainerGrace) is { } stops)
        {
            return stops;
        }

        if (view.Memory.SandboxNotBefore is { } notBefore && notBefore > view.Now)
        {
            return new PodPlan([], Earlier(notBefore, view.Deadline));
        }

        var newest = view.Runtime.Sandboxes.Count > 0 ? view.Runtime.Sandboxes[0] : null;
        List<PodStep> steps = newest is null ? [] : [new StopSandbox(newest.Id)];
        return new PodPlan([.. steps, new RunSandbox(newest is null ? 0 : newest.Attempt + 1)], null);
    }

    /// <summary>Removes containers that nobody will ask for, and sandboxes that have become empty.</summary>
    private static IEnumerable<PodStep> Surplus(PodView view)
    {
        var surplus = view.Runtime.Containers
            .GroupBy(container => container.Name)
            .SelectMany(group => group.Skip(KeptPerName))
            .Where(container => container.State is RuntimeState.Exited or RuntimeState.Created)
            .Select(container => container.Id)
            .ToHashSet();
        return
        [
            .. surplus.Select(id => new RemoveContainer(id)),
            .. view.Runtime.Sandboxes.Skip(1)
                .Where(sandbox => !sandbox.IsReady && view.Runtime.Containers.All(container => container.SandboxId != sandbox.Id || surplus.Contains(container.Id)))
                .Select(sandbox => new RemoveSandbox(sandbox.Id)),
        ];
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other ?? one : one;

    /// <summary>A plan in the making for a pod whose sandbox is there.</summary>
    private sealed class Draft(PodView view)
    {
        public List<PodStep> Steps { get; } = [];

        public DateTimeOffset? LookAgain { get; private set; } = view.Deadline;

        /// <summary>Starts what was added to look into the pod, though it may not be through its init containers: it may be about them.</summary>
        public void StartEphemeral()
        {
            foreach (var container in PodSpecs.EphemeralContainers(view.Pod))
            {
                var latest = view.Runtime.Latest(container.Name);
                if (latest is { State: RuntimeState.Created } || (latest is null && !WasStarted(container)))
                {
                    Start(container, latest);
                }
            }
        }

        /// <summary>Runs init containers in order. True when the others may be started.</summary>
        public bool Initialize()
        {
            var isInitialized = view.Pod.Spec.Containers.Any(container => view.Runtime.Current(container.Name) is not null);
            foreach (var container in PodSpecs.InitContainers(view.Pod))
            {
                var current = view.Runtime.Current(container.Name);
                var mayGoOn = PodSpecs.IsSidecar(container)
                    ? Keep(container, current) || isInitialized
                    : isInitialized || Complete(container, current);
                if (!mayGoOn)
                {
                    return false;
                }
            }

            return true;
        }

        public void RunContainers()
        {
            foreach (var container in view.Pod.Spec.Containers)
            {
                Keep(container, view.Runtime.Current(container.Name));
            }
        }

        /// <summary>The API was told of it, and the runtime has forgotten it since.</summary>
        private bool WasStarted(V1Container container) =>
            view.Pod.Status?.EphemeralContainerStatuses?.FirstOrDefault(status => status.Name == container.Name)?.ContainerID is { Length: > 0 };

        /// <summary>Brings an init container to its end. True when it has succeeded.</summary>
        private bool Complete(V1Container container, RuntimeContainer? current)
        {
            switch (current?.State)
            {
                case RuntimeState.Exited when current.ExitCode == 0:
                    return true;
                case RuntimeState.Running:
                    return false;
                case RuntimeState.Unknown:
                    Replace(current, view.ContainerGrace, $"Init container {container.Name} is in unknown state, try killing it before restart");
                    return false;
                default:
                    Start(container, current);
                    return false;
            }
        }

        /// <summary>Keeps a container running. True when it runs and has started up.</summary>
        private bool Keep(V1Container container, RuntimeContainer? current)
        {
            switch (current?.State)
            {
                case RuntimeState.Running:
                    return Check(container, current);
                case RuntimeState.Unknown:
                    Replace(current, view.ContainerGrace, $"Container {container.Name} is in unknown state, try killing it before restart");
                    return false;
                default:
                    Start(container, current);
                    return false;
            }
        }

        private bool Check(V1Container container, RuntimeContainer current)
        {
            if (current.Hash.Length > 0 && current.Hash != PodSpecs.Hash(container))
            {
                Replace(current, view.ContainerGrace, $"Container {container.Name} definition changed, will be restarted");
                return false;
            }

            if (view.Memory.Probes.TryGetValue(current.Id, out var probed) && probed.Fault is { } fault)
            {
                Replace(current, probed.GracePeriod ?? view.ContainerGrace, fault);
                return false;
            }

            return probed?.Started != false && !view.Memory.Hooks.Contains(current.Id);
        }

        private void Replace(RuntimeContainer current, TimeSpan grace, string message)
        {
            if (Stop(view, current, grace, message) is { } stop)
            {
                Steps.Add(stop);
            }
        }

        private void Start(V1Container container, RuntimeContainer? current)
        {
            if (current is { State: RuntimeState.Exited } && !PodSpecs.Restarts(view.Pod, container, current.ExitCode))
            {
                return;
            }

            // Images are pulled beside this; hooks of the containers before it are waited for, as upstream does.
            if (view.Memory.Pulling.Contains(container.Name) || view.Memory.Hooks.Count > 0)
            {
                return;
            }

            var ended = current is { State: RuntimeState.Exited } ? current : null;
            DateTimeOffset? notBefore = ended is null ? null : RestartBackOff.NotBefore(ended);
            if (view.Memory.Waiting.TryGetValue(container.Name, out var waiting) && waiting.NotBefore > (notBefore ?? DateTimeOffset.MinValue))
            {
                notBefore = waiting.NotBefore;
            }

            if (notBefore > view.Now)
            {
                LookAgain = Earlier(LookAgain, notBefore);
                return;
            }

            if (current is { State: RuntimeState.Created })
            {
                Steps.Add(new RemoveContainer(current.Id));
                Steps.Add(new StartContainer(container, current.Attempt, current.BackOffStep));
                return;
            }

            var latest = view.Runtime.Latest(container.Name);
            Steps.Add(new StartContainer(container, NextAttempt(container, latest), RestartBackOff.StepAfter(ended)));
        }

        /// <summary>One more than before; from the last status when the runtime has forgotten the container.</summary>
        private int NextAttempt(V1Container container, RuntimeContainer? latest)
        {
            if (latest is not null)
            {
                return latest.Attempt + 1;
            }

            var told = (view.Pod.Status?.ContainerStatuses ?? []).Concat(view.Pod.Status?.InitContainerStatuses ?? [])
                .FirstOrDefault(status => status.Name == container.Name);
            return told?.ContainerID is { Length: > 0 } ? told.RestartCount + 1 : 0;
        }
    }
}
