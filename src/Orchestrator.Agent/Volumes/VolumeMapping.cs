using Orchestrator.AgentProtocol.Cri;

namespace Orchestrator.Agent.Volumes;

/// <summary>One mount of a container: a path of the host and where the container sees it.</summary>
/// <param name="HostPath">The path on the host.</param>
/// <param name="ContainerPath">The path in the container.</param>
/// <param name="ReadOnly">The container cannot write there.</param>
/// <param name="Propagation">Which later mounts cross between host and container.</param>
internal sealed record VolumeMapping(string HostPath, string ContainerPath, bool ReadOnly, MountPropagation Propagation)
{
    /// <summary>Mounts below the path are read-only too; false asks for no more than the path itself.</summary>
    public bool RecursiveReadOnly { get; init; }
}
