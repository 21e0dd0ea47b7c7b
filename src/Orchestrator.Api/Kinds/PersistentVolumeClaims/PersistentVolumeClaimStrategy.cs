using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.PersistentVolumeClaims;

/// <summary>What PersistentVolumeClaims add to the common write path.</summary>
/// <remarks>Upstream: pkg/registry/core/persistentvolumeclaim/strategy.go.</remarks>
internal sealed class PersistentVolumeClaimStrategy : StatusStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("", "persistentvolumeclaims");

    /// <inheritdoc />
    public override void Default(JsonObject obj) => PersistentVolumeClaimDefaults.Apply(obj);

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj) => PersistentVolumeClaimValidation.Validate(obj.Object("spec"));

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource) =>
        subresource == "status" ? PersistentVolumeClaimValidation.ValidateStatus(obj) : PersistentVolumeClaimValidation.ValidateUpdate(obj, old);
}
