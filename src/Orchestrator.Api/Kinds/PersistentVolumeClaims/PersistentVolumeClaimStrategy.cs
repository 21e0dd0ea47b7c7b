using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.PersistentVolumeClaims;

/// <summary>What PersistentVolumeClaims add to the common write path.</summary>
/// <remarks>Upstream: pkg/registry/core/persistentvolumeclaim/strategy.go and ValidatePersistentVolumeClaimSpec.</remarks>
internal sealed class PersistentVolumeClaimStrategy : StatusStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("", "persistentvolumeclaims");

    /// <inheritdoc />
    public override void Default(JsonObject obj) => PersistentVolumeClaimDefaults.Apply(obj);

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        var spec = obj.Object("spec");
        var modes = spec.Texts("accessModes").ToList();
        if (modes.Count == 0)
        {
            faults.Required("spec.accessModes", "at least 1 access mode is required");
        }

        foreach (var mode in modes)
        {
            faults.OneOf("spec.accessModes", mode, "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod");
        }

        if (!spec.Object("resources").Object("requests").Has("storage"))
        {
            faults.Required("spec.resources[storage]");
        }

        faults.OneOfIfSet("spec.volumeMode", spec.Text("volumeMode"), "Block", "Filesystem");
        return faults;
    }
}
