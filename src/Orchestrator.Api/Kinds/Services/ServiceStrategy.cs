using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.Services;

/// <summary>What Services add to the common write path. Their addresses and node ports are given by <see cref="Admission.ServiceAllocation"/>.</summary>
/// <remarks>Upstream: pkg/registry/core/service/strategy.go.</remarks>
internal sealed class ServiceStrategy : StatusStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("", "services");

    /// <inheritdoc />
    public override bool AllowsCreateOnUpdate => true;

    /// <inheritdoc />
    public override bool AllowsUnconditionalUpdate => false;

    /// <inheritdoc />
    public override IEnumerable<string> NameErrors(string name, bool prefix) => ObjectNames.Dns1035LabelErrors(name, prefix);

    /// <inheritdoc />
    public override void Default(JsonObject obj) => ServiceDefaults.Apply(obj);

    /// <inheritdoc />
    public override IEnumerable<CompanionWrite> Released(ObjectKey key, JsonObject last, Surroundings at) =>
        ServiceClaims.Follow(key, ServiceHoldings.Of(last.Object("spec")), ServiceHoldings.None, at);

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj) => ServiceValidation.Validate(obj);

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource) =>
        subresource == "status" ? [] : ServiceValidation.ValidateUpdate(obj, old);
}
