namespace Orchestrator.Agent.Network;

/// <summary>One port of a Service and the addresses that answer for it.</summary>
/// <param name="Namespace">The Service's namespace.</param>
/// <param name="Name">The Service's name.</param>
/// <param name="PortName">The port's name; empty when it has none.</param>
/// <param name="Protocol"><c>tcp</c>, <c>udp</c> or <c>sctp</c>.</param>
/// <param name="ClusterIp">The virtual address.</param>
/// <param name="Port">The port on the virtual address.</param>
/// <param name="NodePort">The port on every node, or zero.</param>
/// <param name="StickyClients">sessionAffinity ClientIP: a client keeps to one backend.</param>
/// <param name="Backends">Ready endpoints.</param>
internal sealed record ServiceRoute(
    string Namespace,
    string Name,
    string PortName,
    string Protocol,
    string ClusterIp,
    int Port,
    int NodePort,
    bool StickyClients,
    IReadOnlyList<Backend> Backends);

/// <summary>An address that answers.</summary>
/// <param name="Address">IPv4.</param>
/// <param name="Port">The port there.</param>
internal readonly record struct Backend(string Address, int Port);
