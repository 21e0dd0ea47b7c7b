using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.DynamicResources;

/// <summary>What ResourceClaims add to the common write path: their spec never changes, and their status is what scheduler and drivers make of them.</summary>
/// <remarks>Upstream: pkg/registry/resource/resourceclaim and ValidateResourceClaim.</remarks>
internal sealed class ResourceClaimStrategy : StatusStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("resource.k8s.io", "resourceclaims");

    /// <inheritdoc />
    public override void Default(JsonObject obj)
    {
        DeviceClaimValidation.Default(obj.Object("spec"));
        obj.Ensure("status");
    }

    /// <inheritdoc />
    public override void PrepareForUpdate(JsonObject obj, JsonObject old, string subresource)
    {
        base.PrepareForUpdate(obj, old, subresource);
        if (subresource == "status" && obj.Object("status") is { } status)
        {
            DropDeallocated(status, old.Object("status"));
        }
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        DeviceClaimValidation.Validate(obj.Object("spec"), "spec", faults);
        return faults;
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource)
    {
        var faults = new Faults();
        if (subresource == "status")
        {
            ClaimStatusValidation.Validate(obj, old, faults);
        }
        else
        {
            faults.Immutable("spec", obj["spec"], old["spec"]);
        }

        return faults;
    }

    /// <summary>What drivers said of devices goes with the devices.</summary>
    private static void DropDeallocated(JsonObject status, JsonObject? before)
    {
        var gone = Allocated(before).Except(Allocated(status)).ToHashSet();
        if (gone.Count == 0 || status.Array("devices") is not { } devices)
        {
            return;
        }

        var kept = devices.OfType<JsonObject>().Where(device => !gone.Contains(DeviceId.Of(device) with { Share = "" })).Select(device => device.DeepClone()).ToArray();
        if (kept.Length == 0)
        {
            status.Remove("devices");
        }
        else
        {
            status["devices"] = new JsonArray(kept);
        }

        static IEnumerable<DeviceId> Allocated(JsonObject? status) =>
            status.Object("allocation").Object("devices").Items("results").Select(result => DeviceId.Of(result) with { Share = "" });
    }
}
