using k8s.Models;

namespace Orchestrator.Agent.Pods;

/// <summary>One thing to do for a pod. Each is done by the pod's worker; none decides anything.</summary>
internal abstract record PodStep;

/// <summary>Make the pod's sandbox.</summary>
internal sealed record RunSandbox(int Attempt) : PodStep;

/// <summary>Free what a sandbox holds: its processes and its address.</summary>
internal sealed record StopSandbox(string Id) : PodStep;

/// <summary>Start a container.</summary>
internal sealed record StartContainer(V1Container Container, int Attempt, int BackOffStep) : PodStep;

/// <summary>Let a container end.</summary>
internal sealed record StopContainer(string Id, string Name, TimeSpan Grace, string Message) : PodStep;

/// <summary>Remove what is left of a container.</summary>
internal sealed record RemoveContainer(string Id) : PodStep;

/// <summary>Remove a sandbox with all that is in it.</summary>
internal sealed record RemoveSandbox(string Id) : PodStep;

/// <summary>Nothing of the pod runs any more: remove its volumes, its cgroup and its files, and say that it is gone.</summary>
internal sealed record Finish : PodStep;

/// <summary>What to do for a pod now.</summary>
/// <param name="Steps">In order; when one fails the rest are decided anew.</param>
/// <param name="LookAgain">When to decide again though nothing happened.</param>
internal sealed record PodPlan(IReadOnlyList<PodStep> Steps, DateTimeOffset? LookAgain)
{
    public static PodPlan Nothing { get; } = new([], null);
}
