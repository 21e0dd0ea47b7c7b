using System.Text.Json.Nodes;

namespace Orchestrator.Api.Kinds.DynamicResources;

/// <summary>A device of the cluster, or a share of one.</summary>
/// <remarks>Upstream: SharedDeviceID of dynamic-resource-allocation/structured, whose text messages show.</remarks>
internal sealed record DeviceId(string Driver, string Pool, string Device, string Share)
{
    /// <summary>The device that an allocation or a status names.</summary>
    public static DeviceId Of(JsonObject named) => new(named.Text("driver"), named.Text("pool"), named.Text("device"), named.Text("shareID"));

    /// <inheritdoc />
    public override string ToString() => Share.Length == 0 ? $"{Driver}/{Pool}/{Device}" : $"{Driver}/{Pool}/{Device}/{Share}";
}
