using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Kinds.EndpointSlices;

/// <summary>What EndpointSlices add to the common write path.</summary>
/// <remarks>Upstream: pkg/apis/discovery/v1/defaults.go and ValidateEndpointSlice.</remarks>
internal sealed class EndpointSliceStrategy : KindStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("discovery.k8s.io", "endpointslices");

    /// <inheritdoc />
    public override void Default(JsonObject obj)
    {
        foreach (var port in obj.Items("ports"))
        {
            port["name"] ??= "";
            port.DefaultText("protocol", "TCP");
        }
    }

    /// <inheritdoc />
    /// <remarks>Labels say whose endpoints these are, so that a change of them counts as one of the slice.</remarks>
    public override void PrepareForUpdate(JsonObject obj, JsonObject old, string subresource)
    {
        base.PrepareForUpdate(obj, old, subresource);
        if (!JsonReading.Same(obj.Object("metadata")?["labels"], old.Object("metadata")?["labels"]))
        {
            obj.Ensure("metadata")["generation"] = (old.Object("metadata").Integer("generation") ?? 0) + 1;
        }
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        faults.OneOf("addressType", obj.Text("addressType"), EnumTypes.AddressType);
        var endpoints = obj.Items("endpoints").ToList();
        for (var i = 0; i < endpoints.Count; i++)
        {
            var addresses = endpoints[i].Texts("addresses").ToList();
            if (addresses.Count == 0)
            {
                faults.Required($"endpoints[{i}].addresses", "must contain at least 1 address");
            }

            for (var j = 0; j < addresses.Count && (obj.Text("addressType") is "IPv4" or "IPv6"); j++)
            {
                faults.Invalid($"endpoints[{i}].addresses[{j}]", addresses[j], Formats.IpAddress(addresses[j]));
            }
        }

        return faults;
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource)
    {
        var faults = (Faults)Validate(obj);
        faults.Immutable("addressType", obj["addressType"], old["addressType"]);
        return faults;
    }
}
