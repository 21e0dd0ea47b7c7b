using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.ConfigMaps;

/// <summary>What ConfigMaps add to the common write path.</summary>
/// <remarks>Upstream: pkg/registry/core/configmap/strategy.go.</remarks>
internal sealed class ConfigMapStrategy : KindStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("", "configmaps");

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj) => ConfigMapValidation.Validate(obj);

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource) =>
        ConfigMapValidation.ValidateUpdate(obj, old);
}
