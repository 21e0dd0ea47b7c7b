namespace Orchestrator.Agent.Probes;

/// <summary>Counts attempts in a row against the thresholds of a probe.</summary>
/// <remarks>Upstream: pkg/kubelet/prober/worker.go. Pure.</remarks>
internal sealed record ProbeTally(int SuccessThreshold, int FailureThreshold)
{
    private bool? Last { get; init; }

    private int Run { get; init; }

    /// <summary>What the probe says of the container; null until it has said anything.</summary>
    public bool? Verdict { get; private init; }

    /// <summary>The tally after one more attempt.</summary>
    public ProbeTally After(bool success)
    {
        var run = Last == success ? Run + 1 : 1;
        return this with
        {
            Last = success,
            Run = run,
            Verdict = run >= (success ? SuccessThreshold : FailureThreshold) ? success : Verdict,
        };
    }
}
