using k8s.Models;

namespace Orchestrator.Agent.Probes;

/// <summary>Probes one running container until it is disposed.</summary>
/// <remarks>Upstream: pkg/kubelet/prober. Until a startup probe has passed the other probes wait. A liveness or startup probe that has failed stops:
/// the container will be replaced, and its successor has probes of its own.</remarks>
internal sealed class ContainerProbes : IAsyncDisposable
{
    private readonly V1Container container;
    private readonly string podIp;
    private readonly ExecProbe exec;
    private readonly Action<ProbeVerdict> onChange;
    private readonly TimeProvider clock;
    private readonly DateTimeOffset startedAt;
    // Not disposed: they have no timers, and may be cancelled from several sides, in any order.
    private readonly CancellationTokenSource end = new();
    private readonly CancellationTokenSource endOfLiveness = new();
    private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DateTimeOffset begunAt;
    private readonly Task work;

    /// <summary>Starts to probe.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="container">The container, which runs.</param>
    /// <param name="startedAt">Since when; initial delays count from here.</param>
    /// <param name="podIp">Where it listens, unless a probe names another host.</param>
    /// <param name="exec">Runs a command in it.</param>
    /// <param name="onChange">Is told what changed, from any thread and for each kind in order.</param>
    /// <param name="clock">The time.</param>
    /// <param name="hasStarted">Its startup probe is known to have passed, before this agent began.</param>
    public ContainerProbes(
        V1Pod pod, V1Container container, DateTimeOffset startedAt, string podIp, ExecProbe exec, Action<ProbeVerdict> onChange, TimeProvider clock, bool hasStarted = false)
    {
        ArgumentNullException.ThrowIfNull(pod);
        (this.container, this.podIp, this.exec, this.onChange, this.clock, this.startedAt) = (container, podIp, exec, onChange, clock, startedAt);
        begunAt = clock.GetUtcNow();
        if (container.StartupProbe is null || hasStarted)
        {
            started.SetResult();
        }

        work = Task.WhenAll(
            hasStarted ? Task.CompletedTask : RunAsync(ProbeKind.Startup, container.StartupProbe, endOfLiveness.Token),
            RunAsync(ProbeKind.Readiness, container.ReadinessProbe, end.Token),
            RunAsync(ProbeKind.Liveness, container.LivenessProbe, endOfLiveness.Token));
    }

    /// <summary>The pod is being deleted: from now on nothing restarts its containers, and only readiness is probed.</summary>
    public void Terminate() => endOfLiveness.Cancel();

    /// <summary>Stops and waits until nothing is told any more. Not to be waited for inside <c>onChange</c>.</summary>
    public async ValueTask DisposeAsync()
    {
        await endOfLiveness.CancelAsync();
        await end.CancelAsync();
        await work;
    }

    private async Task RunAsync(ProbeKind kind, V1Probe? probe, CancellationToken cancellationToken)
    {
        if (probe is null)
        {
            return;
        }

        // Never in the constructor's own thread: the caller may hold a lock that onChange wants.
        await Task.Yield();
        try
        {
            var waits = kind != ProbeKind.Startup && !started.Task.IsCompleted;
            if (waits)
            {
                await started.Task.WaitAsync(cancellationToken);
            }

            await ProbeAsync(kind, probe, waits, cancellationToken);
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task ProbeAsync(ProbeKind kind, V1Probe probe, bool hasWaited, CancellationToken cancellationToken)
    {
        var period = Seconds(probe.PeriodSeconds, 10);
        var due = FirstAttempt(probe, period, hasWaited);
        var tally = new ProbeTally(probe.SuccessThreshold ?? 1, probe.FailureThreshold ?? 3);
        while (true)
        {
            if (due - clock.GetUtcNow() is var wait && wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, clock, cancellationToken);
            }

            var outcome = await AttemptAsync(probe, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            Warn(kind, outcome);
            if (outcome.Result != ProbeResult.Error)
            {
                var before = tally.Verdict;
                tally = tally.After(outcome.Result != ProbeResult.Failure);
                if (tally.Verdict is { } verdict && verdict != before)
                {
                    Tell(kind, probe, verdict, outcome);
                    if ((kind == ProbeKind.Startup) || (kind == ProbeKind.Liveness && !verdict))
                    {
                        return;
                    }
                }
            }

            // The rhythm is kept, and what was missed of it is not made up for.
            due += period;
            if (clock.GetUtcNow() is var now && due < now - period)
            {
                due = now;
            }
        }
    }

    /// <summary>Not before the initial delay. An agent that starts again finds many containers at once, and spreads their first attempts over a period.</summary>
    private DateTimeOffset FirstAttempt(V1Probe probe, TimeSpan period, bool hasWaited)
    {
        var due = startedAt + Seconds(probe.InitialDelaySeconds, 0);
        if (due > begunAt)
        {
            return due;
        }

        return begunAt - startedAt > period && !hasWaited ? begunAt + (period * Random.Shared.NextDouble()) : clock.GetUtcNow();
    }

    private async Task<ProbeOutcome> AttemptAsync(V1Probe probe, CancellationToken cancellationToken)
    {
        var timeout = Seconds(probe.TimeoutSeconds, 1);
        try
        {
            return probe switch
            {
                { Exec: { } command } => await CommandProbe.ProbeAsync([.. command.Command ?? []], timeout, exec, cancellationToken),
                { HttpGet: { } get } => await HttpProbe.ProbeAsync(get, container, podIp, timeout, cancellationToken),
                { TcpSocket: { } tcp } => await TcpProbe.ProbeAsync(string.IsNullOrEmpty(tcp.Host) ? podIp : tcp.Host, ProbeTarget.Port(tcp.Port, container), timeout, cancellationToken),
                { Grpc: { } grpc } => await GrpcProbe.ProbeAsync(podIp, grpc.Port, grpc.Service, timeout, cancellationToken),
                _ => ProbeOutcome.Errored($"missing probe handler for container \"{container.Name}\""),
            };
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Whatever keeps an attempt from being made, as a port that is not there: the next one is made all the same.
            return ProbeOutcome.Errored(e.Message);
        }
    }

    private void Warn(ProbeKind kind, ProbeOutcome outcome)
    {
        if (outcome.Result != ProbeResult.Success)
        {
            var verdict = new ProbeVerdict(kind, outcome.Result == ProbeResult.Warning, Warn: true, MessageOf(kind, outcome));
            onChange(outcome.Result == ProbeResult.Warning ? verdict with { Reason = "ProbeWarning" } : verdict);
        }
    }

    private void Tell(ProbeKind kind, V1Probe probe, bool success, ProbeOutcome outcome)
    {
        onChange(new ProbeVerdict(kind, success, Warn: false, MessageOf(kind, outcome))
        {
            GracePeriod = probe.TerminationGracePeriodSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        });
        if (kind == ProbeKind.Startup && success)
        {
            started.TrySetResult();
        }
    }

    private static string MessageOf(ProbeKind kind, ProbeOutcome outcome) => outcome.Result switch
    {
        ProbeResult.Success => "",
        ProbeResult.Warning => $"{kind} probe warning: {outcome.Message}",
        ProbeResult.Failure => $"{kind} probe failed: {outcome.Message}",
        _ => $"{kind} probe errored and resulted in unknown state: {outcome.Message}",
    };

    private static TimeSpan Seconds(int? seconds, int otherwise) => TimeSpan.FromSeconds(seconds ?? otherwise);
}
