using Orchestrator.Api.Quantities;

namespace Orchestrator.Agent.Pods;

/// <summary>What the node knows of a pod that the pod's own document does not say.</summary>
/// <param name="NodeName">The node's name.</param>
/// <param name="PodIps">The pod's addresses; empty before its sandbox runs.</param>
/// <param name="HostIps">The node's addresses.</param>
/// <param name="AllocatableCpu">What pods may use of the node's CPU: the limit of a container that names none.</param>
/// <param name="AllocatableMemory">What pods may use of the node's memory.</param>
internal sealed record PodFacts(
    string NodeName, IReadOnlyList<string> PodIps, IReadOnlyList<string> HostIps, Quantity AllocatableCpu, Quantity AllocatableMemory)
{
    /// <summary>What pods may use of the node's disk.</summary>
    public Quantity AllocatableEphemeralStorage { get; init; }
}
