using System.Collections.Concurrent;
using System.Threading.Channels;
using k8s;
using k8s.Models;
using Microsoft.Extensions.Logging;
using Orchestrator.Agent.Cri;
using Orchestrator.Agent.Volumes;
using Orchestrator.AgentProtocol;

namespace Orchestrator.Agent.Pods;

/// <summary>Brings one pod to what it should be and keeps it there: reads, decides, acts, and tells; one thing at a time.</summary>
/// <remarks>What takes long (pulls, hooks, waiting for a container to end) runs beside the loop and posts its result back into it.</remarks>
internal sealed partial class PodWorker : IAsyncDisposable
{
    /// <summary>Rounds in a row that may each find something to do. More means that two rules undo each other: then the worker rests.</summary>
    private const int MaxRoundsWithoutRest = 100;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    /// <summary>How long the worker sleeps when nothing happens and nothing is due.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly NodeContext _node;
    private readonly ILogger _logger;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ConcurrentQueue<Action> _posted = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly PodMemory _memory = new();
    private readonly RuntimeReader _reader;
    private readonly PodReports _reports;
    private readonly PodProbes _probes;
    private readonly PodSteps _steps;
    private readonly Task _loop;
    private V1Pod _pod;
    private PodMaterials _materials = PodMaterials.None;
    private readonly HashSet<string> _remarked = new(StringComparer.Ordinal);
    private string _shown = "";
    private bool _isFinished;

    /// <summary>Starts to work.</summary>
    /// <param name="node">What all pods share.</param>
    /// <param name="pod">The pod, possibly known from the runtime alone.</param>
    /// <param name="update">What the control plane said of it: the first look must see it, or volumes would be made of nothing.</param>
    public PodWorker(NodeContext node, V1Pod pod, PodUpdate? update = null)
    {
        (_node, _pod, Uid) = (node, pod, pod.Metadata.Uid);
        _logger = node.Loggers.CreateLogger<PodWorker>();
        _reader = new RuntimeReader(node.Runtime, Uid);
        _reports = new PodReports(node.Outbox, pod.Metadata.NamespaceProperty, pod.Metadata.Name, Uid);
        _probes = new PodProbes(node, _reports, Post);
        _steps = new PodSteps(node, Uid, _memory, _reports, Post, _stop.Token);
        _memory.FirstSeen = node.Clock.GetUtcNow();
        if (update is not null)
        {
            Take(update);
        }

        _loop = Task.Run(RunAsync);
    }

    /// <summary>The pod's uid.</summary>
    public string Uid { get; }

    /// <summary>What the worker found last: for streams.</summary>
    public PodView? Seen { get; private set; }

    /// <summary>Ends when nothing of the pod is left and nobody wants it any more.</summary>
    public Task Completion => _loop;

    /// <summary>The pod as it should now be.</summary>
    public void Assign(PodUpdate update) => Post(() => Take(update));

    /// <summary>The pod is not bound to this node any more.</summary>
    public void Remove() => Post(() => _memory.IsRemoved = true);

    /// <summary>Something may have changed in the runtime.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>Stops working; the pod's containers go on.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private void Post(Action news)
    {
        _posted.Enqueue(news);
        Wake();
    }

    private void Take(PodUpdate update)
    {
        var before = MaterialsPrint.Of(_pod, _materials);
        _pod = KubernetesJson.Deserialize<V1Pod>(update.PodJson.ToStringUtf8());
        _materials = PodMaterials.From(update);
        if (_memory.IsRemoved)
        {
            // Bound here again before all of it was gone.
            (_memory.IsRemoved, _memory.EndingSince) = (false, null);
            _steps.StartAgain();
        }

        if (MaterialsPrint.Of(_pod, _materials) != before)
        {
            _steps.MaterialsChanged();
        }

        if (_isFinished)
        {
            // The control plane has not heard of the end, or has lost it.
            _reports.Gone();
        }
    }

    private async Task RunAsync()
    {
        var rounds = 0;
        while (!_stop.IsCancellationRequested)
        {
            var wait = TimeSpan.Zero;
            try
            {
                while (_posted.TryDequeue(out var news))
                {
                    news();
                }

                if (_isFinished && _memory.IsRemoved)
                {
                    _reports.Forget();
                    break;
                }

                wait = _isFinished ? Longest : await RoundAsync(_stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                break;
            }
            catch (CriException obstacle)
            {
                LogObstacle(_pod.Metadata.NamespaceProperty, _pod.Metadata.Name, obstacle.Message);
                wait = Rest;
            }
            catch (Exception fault) when (fault is not OutOfMemoryException)
            {
                LogFault(_pod.Metadata.NamespaceProperty, _pod.Metadata.Name, fault);
                wait = Rest;
            }

            rounds = wait > TimeSpan.Zero ? 0 : rounds + 1;
            await SleepAsync(rounds > MaxRoundsWithoutRest ? Rest : wait);
        }

        await _probes.DisposeAsync();
        await _steps.DisposeAsync();
    }

    /// <summary>One look at the pod, and what follows from it.</summary>
    /// <returns>How long until the next look, unless something happens before.</returns>
    private async Task<TimeSpan> RoundAsync(CancellationToken cancellationToken)
    {
        var runtime = await _reader.ReadAsync(cancellationToken);
        var now = _node.Clock.GetUtcNow();
        if (runtime.Sandboxes is [.., var oldest] && oldest.CreatedAt < _memory.FirstSeen)
        {
            _memory.FirstSeen = oldest.CreatedAt;
        }

        var view = new PodView { Pod = _pod, Runtime = runtime, Memory = _memory, Now = now, HostIps = _node.Facts.Addresses };
        if (view.IsEnding)
        {
            _memory.EndingSince ??= now;
            _steps.StopStarting();
        }

        await _probes.FollowAsync(_pod, runtime, _memory, view.IsEnding);
        LastWords.Collect(runtime, _memory);
        Seen = view;
        var (status, isOver) = PodStatuses.Of(view);
        if (!_memory.IsRemoved && !(isOver && runtime.Containers.Count == 0 && _pod.Status?.Phase is "Succeeded" or "Failed"))
        {
            _reports.Status(status);
        }

        Remark(view, status);
        await RefreshAsync(view, isOver, cancellationToken);
        var plan = PodActions.Compute(view, isOver);
        foreach (var step in plan.Steps)
        {
            if (!_node.Options.Simulated)
            {
                LogStep(_pod.Metadata.NamespaceProperty, _pod.Metadata.Name, Uid, Describe(step));
            }

            if (step is Finish)
            {
                await FinishAsync(view);
                return Longest;
            }

            if (!await _steps.DoAsync(step, view, _materials, cancellationToken))
            {
                break;
            }

            if (step is RunSandbox)
            {
                // Its volumes were made from these; what comes from now on is a change of them.
                _shown = MaterialsPrint.Of(_pod, _materials);
            }
        }

        if (plan.Steps.Count > 0)
        {
            return TimeSpan.Zero;
        }

        var due = plan.LookAgain - now;
        return due is { } until && until < Longest ? (until > TimeSpan.Zero ? until : TimeSpan.FromMilliseconds(1)) : Longest;
    }

    /// <summary>Says once what users should know of a wait or an end.</summary>
    private void Remark(PodView view, V1PodStatus status)
    {
        _remarked.IntersectWith(view.Runtime.Containers.Select(ContainerStatuses.IdOf).Append("deadline"));
        foreach (var container in (status.InitContainerStatuses ?? []).Concat(status.ContainerStatuses).Where(one => one.State.Waiting?.Reason == "CrashLoopBackOff"))
        {
            if (_remarked.Add(container.ContainerID))
            {
                _reports.Warning(
                    "BackOff",
                    $"Back-off restarting failed container {container.Name} in pod {PodSpecs.Title(view.Pod)}",
                    PodReports.PathOf(view.Pod, container.Name));
            }
        }

        if (view.IsPastDeadline && !view.IsEnding && status.Reason == "DeadlineExceeded" && _remarked.Add("deadline"))
        {
            _reports.Normal("DeadlineExceeded", status.Message);
        }
    }

    /// <summary>Files of ConfigMaps, Secrets, tokens and labels follow what they show while the pod runs.</summary>
    private async Task RefreshAsync(PodView view, bool isOver, CancellationToken cancellationToken)
    {
        if (view.IsEnding || isOver || view.Runtime.Sandbox is null || _node.Options.Simulated)
        {
            return;
        }

        var print = MaterialsPrint.Of(_pod, _materials);
        if (print == _shown)
        {
            return;
        }

        await _steps.RefreshVolumesAsync(view, _materials, cancellationToken);
        _shown = print;
    }

    private async Task FinishAsync(PodView view)
    {
        await _steps.RemoveFilesAsync(view);
        _isFinished = true;
        Seen = null;
        if (!_memory.IsRemoved)
        {
            _reports.Gone();
        }
        else
        {
            Wake();
        }
    }

    private async Task SleepAsync(TimeSpan wait)
    {
        if (wait == TimeSpan.Zero)
        {
            return;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        limit.CancelAfter(wait);
        try
        {
            await _wake.Reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // Time to look again, or to stop: the loop finds out.
        }
    }

    private static string Describe(PodStep step) => step switch
    {
        StartContainer start => $"start container {start.Container.Name}, attempt {start.Attempt}",
        StopContainer stop => $"stop container {stop.Name}: {stop.Message}",
        _ => step.ToString(),
    };
}
