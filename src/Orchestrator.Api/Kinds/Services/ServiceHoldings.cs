using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.Services;

/// <summary>What one Service has that no other may have.</summary>
/// <param name="Addresses">Its cluster IPs.</param>
/// <param name="Ports">Its node ports, that of the health check too.</param>
internal sealed record ServiceHoldings(IReadOnlyList<string> Addresses, IReadOnlyList<long> Ports)
{
    /// <summary>A Service that has nothing.</summary>
    public static readonly ServiceHoldings None = new([], []);

    // A stored object never changes, so that what was read from it once holds for as long as it lives.
    private static readonly ConditionalWeakTable<StoredObject, ServiceHoldings> Known = [];

    /// <summary>Reads a stored Service; once for all who ask.</summary>
    public static ServiceHoldings Of(StoredObject service) =>
        Known.GetValue(service, stored => Of((JsonNode.Parse(stored.Document.Span) as JsonObject).Object("spec")));

    /// <summary>Reads the spec of a Service.</summary>
    public static ServiceHoldings Of(JsonObject? spec) => new(
        [.. spec.Texts("clusterIPs").Where(address => address is not ("" or "None")).Distinct()],
        [.. spec.Items("ports").Select(port => port.Integer("nodePort") ?? 0).Append(spec.Integer("healthCheckNodePort") ?? 0).Where(port => port != 0).Distinct()]);
}
