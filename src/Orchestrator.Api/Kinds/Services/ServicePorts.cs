using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.Services;

/// <summary>Gives a Service the node ports that it asks for or needs.</summary>
/// <remarks>Upstream: initNodePorts, updateNodePorts and allocHealthCheckNodePort in pkg/registry/core/service/storage/alloc.go.</remarks>
internal static class ServicePorts
{
    /// <summary>Sets the ports in the spec.</summary>
    /// <param name="spec">The spec; changed in place.</param>
    /// <param name="held">What the Service has already: that is not asked for again.</param>
    /// <param name="taken">What others have.</param>
    /// <param name="at">Where chance comes from.</param>
    /// <param name="faults">Where refusals of a port are noted.</param>
    /// <returns>A status when a port cannot be given and no field of the ports is at fault.</returns>
    public static ApiStatus? Allocate(JsonObject spec, ServiceHoldings held, TakenByServices taken, Surroundings at, Faults faults)
    {
        var wants = spec.Text("type") == "NodePort" || (spec.Text("type") == "LoadBalancer" && spec.Flag("allocateLoadBalancerNodePorts"));
        var own = new HashSet<long>(held.Ports);
        var ports = spec.Items("ports").ToList();
        for (var i = 0; i < ports.Count; i++)
        {
            if (ports[i].Integer("nodePort") is { } asked and not 0)
            {
                if (own.Add(asked) && Refusal(asked, taken) is { } refusal)
                {
                    faults.Invalid($"spec.ports[{i}].nodePort", asked, refusal);
                }
            }
        }

        foreach (var port in ports.Where(port => wants && port.Integer("nodePort") is null or 0))
        {
            // One number serves TCP and UDP of the same port, as with upstream's DNS Services.
            var twin = ports.Find(other => other.Integer("port") == port.Integer("port") && other.Integer("nodePort") is not (null or 0)
                && other.Text("protocol") != port.Text("protocol"));
            var number = twin.Integer("nodePort") ?? Choose(own, taken, at);
            if (number is null)
            {
                return Statuses.InternalError("failed to allocate a nodePort: range is full");
            }

            port["nodePort"] = number;
            own.Add(number.Value);
        }

        return ServiceValidation.NeedsHealthCheck(spec) ? AllocateHealthCheck(spec, own, taken, at) : null;
    }

    private static ApiStatus? AllocateHealthCheck(JsonObject spec, HashSet<long> own, TakenByServices taken, Surroundings at)
    {
        if (spec.Integer("healthCheckNodePort") is { } asked and not 0)
        {
            return own.Add(asked) && Refusal(asked, taken) is { } refusal
                ? Statuses.InternalError($"failed to allocate requested HealthCheck NodePort {asked}: {refusal}")
                : null;
        }

        if (Choose(own, taken, at) is not { } free)
        {
            return Statuses.InternalError("failed to allocate a HealthCheck NodePort 0: range is full");
        }

        spec["healthCheckNodePort"] = free;
        return null;
    }

    private static int? Choose(HashSet<long> own, TakenByServices taken, Surroundings at) => NodePorts.Choose(taken.Ports.Union(own).ToHashSet(), at.NewUid());

    private static string? Refusal(long asked, TakenByServices taken) =>
        !NodePorts.Contains(asked) ? $"provided port is not in the valid range. The range of valid ports is {NodePorts.First}-{NodePorts.Last}"
        : taken.Ports.Contains(asked) ? "provided port is already allocated"
        : null;
}
