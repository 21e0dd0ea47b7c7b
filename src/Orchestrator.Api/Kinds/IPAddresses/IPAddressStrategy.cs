using System.Net;
using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.IPAddresses;

/// <summary>What IPAddresses add to the common write path: the name is the address, and whose it is never changes.</summary>
/// <remarks>Upstream: pkg/registry/networking/ipaddress/strategy.go and ValidateIPAddress.</remarks>
internal sealed class IPAddressStrategy : KindStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("networking.k8s.io", "ipaddresses");

    /// <inheritdoc />
    public override IEnumerable<string> NameErrors(string name, bool prefix)
    {
        if (!Formats.IsIpAddress(name))
        {
            return Formats.IpAddress(name);
        }

        var address = IPAddress.Parse(name);
        if (address.IsIPv4MappedToIPv6)
        {
            return ["must not be an IPv4-mapped IPv6 address"];
        }

        return address.ToString() == name ? [] : [$"must be in canonical form (\"{address}\")"];
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        if (obj.Object("spec").Object("parentRef") is not { } parent)
        {
            faults.Required("spec.parentRef");
            return faults;
        }

        if (parent.Text("group") is { Length: > 0 } group)
        {
            faults.Invalid("spec.parentRef.group", group, ObjectNames.DnsSubdomainErrors(group));
        }

        foreach (var (field, isRequired) in new[] { ("resource", true), ("name", true), ("namespace", false) })
        {
            var value = parent.Text(field);
            if (value.Length > 0)
            {
                faults.Invalid($"spec.parentRef.{field}", value, ObjectNames.PathSegmentErrors(value));
            }
            else if (isRequired)
            {
                faults.Required($"spec.parentRef.{field}");
            }
        }

        return faults;
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource)
    {
        var faults = new Faults();
        faults.Immutable("spec.parentRef", obj.Object("spec")?["parentRef"], old.Object("spec")?["parentRef"]);
        return faults;
    }
}
