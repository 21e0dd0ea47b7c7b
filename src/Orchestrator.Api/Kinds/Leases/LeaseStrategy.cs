using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.Leases;

/// <summary>What Leases add to the common write path.</summary>
/// <remarks>Upstream: pkg/registry/coordination/lease/strategy.go and ValidateLeaseSpec.</remarks>
internal sealed class LeaseStrategy : KindStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("coordination.k8s.io", "leases");

    /// <inheritdoc />
    public override bool AllowsUnconditionalUpdate => false;

    /// <inheritdoc />
    public override bool AllowsCreateOnUpdate => true;

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        var spec = obj.Object("spec");
        if (spec.Integer("leaseDurationSeconds") <= 0)
        {
            faults.Invalid("spec.leaseDurationSeconds", spec.Integer("leaseDurationSeconds"), "must be greater than 0");
        }

        if (spec.Integer("leaseTransitions") < 0)
        {
            faults.Invalid("spec.leaseTransitions", spec.Integer("leaseTransitions"), "must be greater than or equal to 0");
        }

        if (!spec.Has("strategy") && spec.Text("preferredHolder").Length > 0)
        {
            faults.Forbidden("spec.preferredHolder", "may only be specified if `strategy` is defined");
        }

        return faults;
    }
}
