using Orchestrator.Api.Identity;
using Orchestrator.Api.Views;

namespace Orchestrator.Api.Kinds.Services;

/// <summary>The addresses and node ports that a Service cannot have, because others have them.</summary>
/// <param name="Addresses">The cluster IPs.</param>
/// <param name="Ports">The node ports, those of health checks too.</param>
internal sealed record TakenByServices(IReadOnlySet<string> Addresses, IReadOnlySet<long> Ports)
{
    private static readonly GroupResource Services = new("", "services");

    /// <summary>What is taken from the view of one Service.</summary>
    /// <remarks>What other Services have counts also where its claim is missing, as it is in a cluster of before there were claims until they are made.
    /// An IPAddress counts also without a Service: a user may have made it to keep the address.</remarks>
    public static TakenByServices For(ObjectKey service, IClusterView view)
    {
        var addresses = new HashSet<string>(StringComparer.Ordinal);
        var ports = new HashSet<long>();
        foreach (var other in view.List(Services).Where(other => other.Key != service))
        {
            var holdings = ServiceHoldings.Of(other);
            addresses.UnionWith(holdings.Addresses);
            ports.UnionWith(holdings.Ports);
        }

        addresses.UnionWith(view.List(ServiceClaims.Addresses)
            .Where(claim => !addresses.Contains(claim.Key.Name) && !ServiceClaims.WasOfService(claim))
            .Select(claim => claim.Key.Name));
        return new TakenByServices(addresses, ports);
    }
}
