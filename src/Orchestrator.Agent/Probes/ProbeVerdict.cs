namespace Orchestrator.Agent.Probes;

/// <summary>What a probe decides.</summary>
internal enum ProbeKind
{
    /// <summary>Whether the container has started; the others wait for it.</summary>
    Startup,

    /// <summary>Whether it gets traffic.</summary>
    Readiness,

    /// <summary>Whether it may go on.</summary>
    Liveness,
}

/// <summary>What became of probing.</summary>
/// <param name="Kind">Which probe.</param>
/// <param name="Success">Whether the container passes it now; without meaning in a warning.</param>
/// <param name="Warn">True of one attempt that went wrong, for an event; false of a change after the thresholds.</param>
/// <param name="Message">What events say.</param>
internal sealed record ProbeVerdict(ProbeKind Kind, bool Success, bool Warn, string Message)
{
    /// <summary>The reason of the event that a warning deserves.</summary>
    public string Reason { get; init; } = "Unhealthy";

    /// <summary>How long a container that failed this probe gets to end; null means the pod's own time.</summary>
    public TimeSpan? GracePeriod { get; init; }
}
