using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.PersistentVolumes;

/// <summary>What PersistentVolumes add to the common write path.</summary>
/// <remarks>Upstream: SetDefaults_PersistentVolume and ValidatePersistentVolumeSpec.</remarks>
internal sealed class PersistentVolumeStrategy : StatusStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("", "persistentvolumes");

    /// <inheritdoc />
    public override void Default(JsonObject obj)
    {
        var spec = obj.Ensure("spec");
        spec.DefaultText("persistentVolumeReclaimPolicy", "Retain");
        spec.DefaultText("volumeMode", "Filesystem");
        if (spec.Object("hostPath") is { } hostPath && !hostPath.Has("type"))
        {
            hostPath["type"] = "";
        }

        obj.Ensure("status").DefaultText("phase", "Pending");
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        var spec = obj.Object("spec");
        if (!spec.Texts("accessModes").Any())
        {
            faults.Required("spec.accessModes");
        }

        if (spec.Object("capacity") is not { Count: > 0 })
        {
            faults.Required("spec.capacity");
        }

        faults.OneOf("spec.persistentVolumeReclaimPolicy", spec.Text("persistentVolumeReclaimPolicy"), "Delete", "Recycle", "Retain");
        return faults;
    }
}
