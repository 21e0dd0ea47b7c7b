namespace Orchestrator.Agent.Pods;

/// <summary>Why a container does not run yet, and when to try again.</summary>
/// <param name="Reason">Upstream's waiting reason.</param>
/// <param name="Message">What users read.</param>
/// <param name="NotBefore">When to try again; null: something has to happen first.</param>
internal sealed record WaitingContainer(string Reason, string Message, DateTimeOffset? NotBefore);

/// <summary>What probing says of a running container.</summary>
/// <param name="Started">Its startup probe has passed, or it has none.</param>
/// <param name="Ready">Its readiness probe passes, or it has none.</param>
/// <param name="Fault">Why it must be replaced; null while it may go on.</param>
/// <param name="GracePeriod">How long it gets to end then; null: the pod's own time.</param>
internal sealed record ProbedContainer(bool Started, bool Ready, string? Fault = null, TimeSpan? GracePeriod = null);

/// <summary>What the agent knows of a pod beyond its document and the runtime. Owned by the pod's worker; all of it may be lost without a container noticing.</summary>
internal sealed class PodMemory
{
    /// <summary>Containers, by name, that could not be started.</summary>
    public Dictionary<string, WaitingContainer> Waiting { get; } = new(StringComparer.Ordinal);

    /// <summary>Containers, by name, whose image is being pulled.</summary>
    public HashSet<string> Pulling { get; } = new(StringComparer.Ordinal);

    /// <summary>Containers, by id, that are being stopped, and by when they are gone.</summary>
    public Dictionary<string, DateTimeOffset> Stopping { get; } = new(StringComparer.Ordinal);

    /// <summary>Containers, by id, whose postStart hook runs.</summary>
    public HashSet<string> Hooks { get; } = new(StringComparer.Ordinal);

    /// <summary>Running containers, by id.</summary>
    public Dictionary<string, ProbedContainer> Probes { get; } = new(StringComparer.Ordinal);

    /// <summary>Last words of ended containers, by id.</summary>
    public Dictionary<string, string> LastWords { get; } = new(StringComparer.Ordinal);

    /// <summary>When to try again to make the sandbox.</summary>
    public DateTimeOffset? SandboxNotBefore { get; set; }

    /// <summary>When the agent first saw the pod, for its start time.</summary>
    public DateTimeOffset FirstSeen { get; set; }

    /// <summary>The pod is not bound to this node any more: stop it, and tell nobody.</summary>
    public bool IsRemoved { get; set; }

    /// <summary>When the agent first saw that the pod must end.</summary>
    public DateTimeOffset? EndingSince { get; set; }
}
