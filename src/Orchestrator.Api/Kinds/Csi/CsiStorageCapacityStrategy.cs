using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Kinds.PodTemplates;

namespace Orchestrator.Api.Kinds.Csi;

/// <summary>What CSIStorageCapacities add to the common write path: what they speak of stays, how much there is changes.</summary>
/// <remarks>Upstream: ValidateCSIStorageCapacity and ValidateCSIStorageCapacityUpdate.</remarks>
internal sealed class CsiStorageCapacityStrategy : KindStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("storage.k8s.io", "csistoragecapacities");

    /// <inheritdoc />
    public override bool AllowsUnconditionalUpdate => false;

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        faults.Invalid("storageClassName", obj.Text("storageClassName"), ObjectNames.DnsSubdomainErrors(obj.Text("storageClassName")));
        foreach (var amount in ((string[])["capacity", "maximumVolumeSize"]).Where(obj.Has))
        {
            ResourceValidation.ValidateNotNegative(obj[amount], amount, faults);
        }

        Selectors.Validate(obj.Object("nodeTopology"), "nodeTopology", faults);
        return faults;
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource)
    {
        var faults = new Faults();
        faults.AddRange(Validate(obj));
        faults.Immutable("nodeTopology", obj["nodeTopology"], old["nodeTopology"]);
        faults.Immutable("storageClassName", obj["storageClassName"], old["storageClassName"]);
        return faults;
    }
}
