using k8s.Models;

namespace Orchestrator.Agent.Pods;

/// <summary>All that is known of a pod at one moment: what decisions are made from.</summary>
internal sealed record PodView
{
    public required V1Pod Pod { get; init; }

    public required PodRuntime Runtime { get; init; }

    public required PodMemory Memory { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>The host's addresses.</summary>
    public IReadOnlyList<string> HostIps { get; init; } = [];

    /// <summary>True when all of the pod must go.</summary>
    public bool IsEnding => Memory.IsRemoved || Pod.Metadata.DeletionTimestamp is not null;

    /// <summary>By when the containers of a pod that ends must have ended.</summary>
    public TimeSpan EndingGrace
    {
        get
        {
            var seconds = Pod.Metadata.DeletionGracePeriodSeconds ?? Pod.Spec.TerminationGracePeriodSeconds ?? DefaultGraceSeconds;
            // Upstream gives even a forced end one second.
            return TimeSpan.FromSeconds(Math.Max(seconds, 1));
        }
    }

    /// <summary>How long a container gets that is stopped while its pod goes on.</summary>
    public TimeSpan ContainerGrace => TimeSpan.FromSeconds(Pod.Spec.TerminationGracePeriodSeconds ?? DefaultGraceSeconds);

    /// <summary>When the pod began on this node.</summary>
    public DateTimeOffset StartTime =>
        Pod.Status?.StartTime is { } told ? new DateTimeOffset(DateTime.SpecifyKind(told, DateTimeKind.Utc)) : Memory.FirstSeen;

    /// <summary>When the pod's time is up; null: never.</summary>
    public DateTimeOffset? Deadline => Pod.Spec.ActiveDeadlineSeconds is { } seconds ? StartTime.AddSeconds(seconds) : null;

    public bool IsPastDeadline => Deadline is { } deadline && Now >= deadline;

    private const int DefaultGraceSeconds = 30;
}
