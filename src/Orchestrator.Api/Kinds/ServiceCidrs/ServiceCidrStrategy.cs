using System.Net;
using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.ServiceCidrs;

/// <summary>What ServiceCIDRs add to the common write path: one range of each family, and never another.</summary>
/// <remarks>Upstream: pkg/registry/networking/servicecidr/strategy.go and ValidateServiceCIDR.</remarks>
internal sealed class ServiceCidrStrategy : KindStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("networking.k8s.io", "servicecidrs");

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        var spec = obj.Object("spec");
        var ranges = spec.Texts("cidrs").ToList();
        if (ranges.Count == 0)
        {
            faults.Required("spec.cidrs", "at least one CIDR required");
        }
        else if (ranges.Count > 2)
        {
            faults.Invalid("spec.cidrs", spec, "may only hold up to 2 values");
        }
        else if (ranges.Count == 2 && (ranges.Exists(range => Formats.Cidr(range).Any()) || IsOfIPv6(ranges[0]) == IsOfIPv6(ranges[1])))
        {
            faults.Invalid("spec.cidrs", spec, "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64");
        }
        else
        {
            for (var i = 0; i < ranges.Count; i++)
            {
                ValidateRange(ranges[i], $"spec.cidrs[{i}]", faults);
            }
        }

        return faults;
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource)
    {
        var faults = new Faults();
        if (subresource.Length == 0)
        {
            faults.Immutable("spec.cidrs", obj.Object("spec")?["cidrs"], old.Object("spec")?["cidrs"]);
        }

        return faults;
    }

    /// <summary>Upstream: IsValidCIDR, which wants the range written as Go writes it.</summary>
    private static void ValidateRange(string range, string path, Faults faults)
    {
        if (Formats.Cidr(range).ToList() is { Count: > 0 } complaints)
        {
            faults.Invalid(path, range, complaints);
            return;
        }

        var network = Formats.Network(range);
        if (range.Split('/')[1] is ['0', _, ..])
        {
            faults.Invalid(path, range, "must not have leading 0s in IP or prefix length");
        }
        else if (network.BaseAddress.IsIPv4MappedToIPv6)
        {
            faults.Invalid(path, range, "must not have an IPv4-mapped IPv6 address");
        }
        else if (!network.BaseAddress.Equals(IPAddress.Parse(range.Split('/')[0])))
        {
            faults.Invalid(path, range, "must not have bits set beyond the prefix length");
        }
        else if (network.ToString() != range)
        {
            faults.Invalid(path, range, $"must be in canonical form (\"{network}\")");
        }
    }

    private static bool IsOfIPv6(string range) => range.Contains(':', StringComparison.Ordinal);
}
