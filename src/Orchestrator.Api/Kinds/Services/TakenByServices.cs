using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.Services;

/// <summary>The addresses and node ports that Services have.</summary>
/// <param name="Addresses">The cluster IPs.</param>
/// <param name="Ports">The node ports, those of health checks too.</param>
internal sealed record TakenByServices(IReadOnlySet<string> Addresses, IReadOnlySet<long> Ports)
{
    /// <summary>Reads them from the Services.</summary>
    public static TakenByServices Of(IEnumerable<StoredObject> services)
    {
        var addresses = new HashSet<string>(StringComparer.Ordinal);
        var ports = new HashSet<long>();
        foreach (var service in services)
        {
            var spec = (JsonNode.Parse(service.Document.Span) as JsonObject).Object("spec");
            addresses.UnionWith(spec.Texts("clusterIPs"));
            ports.UnionWith(spec.Items("ports").Select(port => port.Integer("nodePort") ?? 0).Append(spec.Integer("healthCheckNodePort") ?? 0));
        }

        return new TakenByServices(addresses, ports);
    }
}
