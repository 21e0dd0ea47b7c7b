using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Documents;

namespace Orchestrator.Api.Kinds.PersistentVolumes;

/// <summary>What PersistentVolumes add to the common write path: where the data lies stays; the time of the last change of phase is kept.</summary>
/// <remarks>Upstream: SetDefaults_PersistentVolume, pkg/registry/core/persistentvolume/strategy.go and ValidatePersistentVolumeUpdate.</remarks>
internal sealed class PersistentVolumeStrategy : KindStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("", "persistentvolumes");

    /// <inheritdoc />
    public override void Default(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        JsonReading.DefaultText(spec, "persistentVolumeReclaimPolicy", "Retain");
        JsonReading.DefaultText(spec, "volumeMode", "Filesystem");
        if (spec.Object("hostPath") is { } hostPath && !hostPath.Has("type"))
        {
            hostPath["type"] = "";
        }

        JsonReading.DefaultText(obj.Ensure("status"), "phase", "Pending");
    }

    /// <inheritdoc />
    public override void PrepareForCreate(JsonObject obj, Surroundings at) =>
        obj["status"] = new JsonObject { ["phase"] = "Pending", ["lastPhaseTransitionTime"] = ObjectFields.Time(at.Now) };

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj) => PersistentVolumeValidation.Validate(obj.Object("spec") ?? []);

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource) =>
        subresource == "status" ? [] : PersistentVolumeValidation.ValidateUpdate(obj.Object("spec") ?? [], old.Object("spec") ?? []);

    /// <inheritdoc />
    public override IEnumerable<string> Warnings(JsonObject obj, JsonObject? old)
    {
        if (obj.Object("spec").Text("persistentVolumeReclaimPolicy") == "Recycle")
        {
            yield return "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.";
        }
    }
}
