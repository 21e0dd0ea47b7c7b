using System.Globalization;
using Google.Protobuf.Collections;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Cri;
using Orchestrator.Agent.Streaming;
using Orchestrator.AgentProtocol;
using Orchestrator.AgentProtocol.Cri;

namespace Orchestrator.Agent.Pods;

/// <summary>All pods of this node: a worker for each that is bound here or still runs here.</summary>
internal sealed partial class AssignedPods(NodeContext node) : IPodLookup, IAsyncDisposable
{
    private readonly ILogger _logger = node.Loggers.CreateLogger<AssignedPods>();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, PodWorker> _workers = new(StringComparer.Ordinal);

    /// <summary>What each pod looked like in the runtime at the last look.</summary>
    private Dictionary<string, string> _seen = new(StringComparer.Ordinal);
    private bool _isComplete;
    private bool _isRuntimeAway;

    /// <summary>Why the runtime does not answer; null while it does.</summary>
    public string? RuntimeFault { get; private set; }

    /// <summary>Everything that is bound to the node: what is not in it must go.</summary>
    public void Replace(IEnumerable<PodUpdate> updates)
    {
        lock (_gate)
        {
            var assigned = new HashSet<string>(StringComparer.Ordinal);
            foreach (var update in updates)
            {
                assigned.Add(update.Uid);
                Assign(update);
            }

            foreach (var (_, worker) in _workers.Where(entry => !assigned.Contains(entry.Key)))
            {
                worker.Remove();
            }

            // From now on a pod in the runtime that has no worker is nobody's.
            _isComplete = true;
            LogAssigned(assigned.Count);
        }
    }

    /// <summary>One pod as it now should be.</summary>
    public void Update(PodUpdate update)
    {
        lock (_gate)
        {
            if (!update.Removed)
            {
                Assign(update);
            }
            else if (_workers.TryGetValue(update.Uid, out var worker))
            {
                worker.Remove();
            }
        }
    }

    /// <summary>Pods known from the checkpoint, before anybody has said what is bound here.</summary>
    public void Restore(IEnumerable<PodUpdate> updates)
    {
        lock (_gate)
        {
            foreach (var update in updates)
            {
                Assign(update);
            }
        }
    }

    /// <summary>Looks at the whole runtime and wakes the pods for which something changed.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<AgentProtocol.Cri.PodSandbox> sandboxes;
        IReadOnlyList<Container> containers;
        try
        {
            sandboxes = await node.Runtime.ListPodSandboxesAsync(cancellationToken);
            containers = await node.Runtime.ListContainersAsync(cancellationToken);
        }
        catch (CriException away)
        {
            RuntimeFault = away.Detail;
            if (!_isRuntimeAway)
            {
                _isRuntimeAway = true;
                LogRuntimeAway(away.Message);
            }

            return;
        }

        if (_isRuntimeAway)
        {
            _isRuntimeAway = false;
            _seen.Clear();
            LogRuntimeHere();
        }

        RuntimeFault = null;
        Compare(sandboxes, containers);
    }

    /// <inheritdoc />
    public Streaming.PodSandbox? Find(string podUid)
    {
        PodWorker? worker;
        lock (_gate)
        {
            _workers.TryGetValue(podUid, out worker);
        }

        if (worker?.Seen is not { } view || view.Runtime.Sandboxes.Count == 0)
        {
            return null;
        }

        var containers = PodSpecs.AllContainers(view.Pod).Concat(PodSpecs.EphemeralContainers(view.Pod)).ToDictionary(container => container.Name, container => Find(view, container), StringComparer.Ordinal);
        return new Streaming.PodSandbox(view.Runtime.Sandboxes[0].Id, view.Pod.Spec.HostNetwork == true, containers);
    }

    /// <summary>The running containers with their logs.</summary>
    public IReadOnlyList<(string ContainerId, string LogPath)> RunningLogs()
    {
        lock (_gate)
        {
            return
            [
                .. from worker in _workers.Values
                   from container in worker.Seen?.Runtime.Containers ?? []
                   where container.State == RuntimeState.Running && container.LogPath.Length > 0
                   select (container.Id, container.LogPath),
            ];
        }
    }

    /// <summary>Stops the workers; containers go on.</summary>
    public async ValueTask DisposeAsync()
    {
        List<PodWorker> workers;
        lock (_gate)
        {
            workers = [.. _workers.Values];
            _workers.Clear();
        }

        await Task.WhenAll(workers.Select(worker => worker.DisposeAsync().AsTask()));
    }

    private static PodContainer Find(PodView view, V1Container container)
    {
        var latest = view.Runtime.Latest(container.Name);
        var previous = view.Runtime.Previous(container.Name);
        return new PodContainer
        {
            ContainerId = latest?.Id,
            LogPath = latest?.LogPath,
            PreviousContainerId = previous?.Id,
            PreviousLogPath = previous?.LogPath,
            Running = latest?.State == RuntimeState.Running,
            Tty = container.Tty == true,
            Stdin = container.Stdin == true,
        };
    }

    private void Assign(PodUpdate update)
    {
        if (_workers.TryGetValue(update.Uid, out var worker))
        {
            worker.Assign(update);
        }
        else
        {
            Begin(KubernetesJson.Deserialize<V1Pod>(update.PodJson.ToStringUtf8()), update);
        }
    }

    private PodWorker Begin(V1Pod pod, PodUpdate? update = null)
    {
        var worker = new PodWorker(node, pod, update);
        _workers[worker.Uid] = worker;
        _ = EndAsync(worker);
        return worker;
    }

    private async Task EndAsync(PodWorker worker)
    {
        await worker.Completion;
        lock (_gate)
        {
            if (_workers.TryGetValue(worker.Uid, out var current) && current == worker)
            {
                _workers.Remove(worker.Uid);
            }
        }
    }

    private void Compare(IReadOnlyList<AgentProtocol.Cri.PodSandbox> sandboxes, IReadOnlyList<Container> containers)
    {
        var found = sandboxes.Select(sandbox => (Uid: Label(sandbox.Labels), Print: $"{sandbox.Id} {sandbox.State}"))
            .Concat(containers.Select(container => (Uid: Label(container.Labels), Print: $"{container.Id} {container.State}")))
            .Where(entry => entry.Uid.Length > 0)
            .GroupBy(entry => entry.Uid, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => string.Join(';', group.Select(entry => entry.Print).Order(StringComparer.Ordinal)), StringComparer.Ordinal);
        lock (_gate)
        {
            foreach (var uid in found.Keys.Union(_seen.Keys).Where(uid => found.GetValueOrDefault(uid) != _seen.GetValueOrDefault(uid)))
            {
                _workers.GetValueOrDefault(uid)?.Wake();
            }

            if (_isComplete)
            {
                foreach (var uid in found.Keys.Where(uid => !_workers.ContainsKey(uid)).ToList())
                {
                    var orphan = Orphan(uid, sandboxes, containers);
                    LogOrphan(orphan.Metadata.NamespaceProperty, orphan.Metadata.Name, uid);
                    Begin(orphan).Remove();
                }
            }
        }

        _seen = found;
    }

    /// <summary>A pod as far as its labels in the runtime tell.</summary>
    private static V1Pod Orphan(string uid, IReadOnlyList<AgentProtocol.Cri.PodSandbox> sandboxes, IReadOnlyList<Container> containers)
    {
        var own = containers.Where(container => Label(container.Labels) == uid).ToList();
        var sandbox = sandboxes.FirstOrDefault(one => Label(one.Labels) == uid);
        var labels = sandbox?.Labels ?? own[0].Labels;
        long? grace = sandbox is not null && sandbox.Annotations.TryGetValue(CriLabels.GracePeriod, out var seconds)
            && long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
        return new V1Pod
        {
            Metadata = new V1ObjectMeta { Uid = uid, Name = labels[CriLabels.PodName], NamespaceProperty = labels[CriLabels.PodNamespace] },
            Spec = new V1PodSpec
            {
                TerminationGracePeriodSeconds = grace,
                Containers = [.. own.Select(container => container.Labels[CriLabels.ContainerName]).Distinct().Select(name => new V1Container { Name = name })],
            },
        };
    }

    private static string Label(MapField<string, string> labels) => labels.TryGetValue(CriLabels.PodUid, out var uid) ? uid : "";
}
