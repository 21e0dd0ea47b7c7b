using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Kinds.Endpoints;

/// <summary>What Endpoints add to the common write path.</summary>
/// <remarks>Upstream: SetDefaults_Endpoints and validateEndpointSubsets.</remarks>
internal sealed class EndpointsStrategy : KindStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("", "endpoints");

    /// <inheritdoc />
    public override bool AllowsCreateOnUpdate => true;

    /// <inheritdoc />
    public override void Default(JsonObject obj)
    {
        foreach (var port in obj.Items("subsets").SelectMany(subset => subset.Items("ports")))
        {
            port.DefaultText("protocol", "TCP");
        }
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        var subsets = obj.Items("subsets").ToList();
        for (var i = 0; i < subsets.Count; i++)
        {
            ValidateSubset(subsets[i], $"subsets[{i}]", faults);
        }

        return faults;
    }

    private static void ValidateSubset(JsonObject subset, string path, Faults faults)
    {
        if (!subset.Items("addresses").Any() && !subset.Items("notReadyAddresses").Any())
        {
            faults.Required(path, "must specify `addresses` or `notReadyAddresses`");
        }

        foreach (var list in new[] { "addresses", "notReadyAddresses" })
        {
            var addresses = subset.Items(list).ToList();
            for (var i = 0; i < addresses.Count; i++)
            {
                ValidateAddress(addresses[i], $"{path}.{list}[{i}]", faults);
            }
        }

        var ports = subset.Items("ports").ToList();
        for (var i = 0; i < ports.Count; i++)
        {
            ValidatePort(ports[i], ports.Count > 1, $"{path}.ports[{i}]", faults);
        }
    }

    private static void ValidateAddress(JsonObject address, string path, Faults faults)
    {
        faults.Invalid(path + ".ip", address.Text("ip"), Formats.IpAddress(address.Text("ip")));
        if (address.Text("hostname") is { Length: > 0 } host)
        {
            faults.Invalid(path + ".hostname", host, ObjectNames.DnsLabelErrors(host));
        }

        if (address.Has("nodeName"))
        {
            faults.Invalid(path + ".nodeName", address.Text("nodeName"), ObjectNames.DnsSubdomainErrors(address.Text("nodeName")));
        }

        if (!Formats.IpAddress(address.Text("ip")).Any())
        {
            faults.Invalid(path + ".ip", address.Text("ip"), Formats.SpecialAddress(address.Text("ip")));
        }
    }

    private static void ValidatePort(JsonObject port, bool needsName, string path, Faults faults)
    {
        var name = port.Text("name");
        if (needsName && name.Length == 0)
        {
            faults.Required(path + ".name");
        }
        else if (name.Length > 0)
        {
            faults.Invalid(path + ".name", name, ObjectNames.DnsLabelErrors(name));
        }

        faults.Invalid(path + ".port", port.Integer("port") ?? 0, Formats.PortNumber(port.Integer("port") ?? 0));
        faults.OneOf(path + ".protocol", port.Text("protocol"), EnumTypes.Protocol);
        if (port.Has("appProtocol"))
        {
            faults.Invalid(path + ".appProtocol", port.Text("appProtocol"), ObjectNames.QualifiedNameErrors(port.Text("appProtocol")));
        }
    }
}
