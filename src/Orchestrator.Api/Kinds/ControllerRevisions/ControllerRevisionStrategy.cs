using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.ControllerRevisions;

/// <summary>What ControllerRevisions add to the common write path: the state that they keep never changes.</summary>
/// <remarks>Upstream: ValidateControllerRevision and ValidateControllerRevisionUpdate.</remarks>
internal sealed class ControllerRevisionStrategy : KindStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("apps", "controllerrevisions");

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        faults.NotNegative("revision", obj.Integer("revision"));
        if (!obj.Has("data"))
        {
            faults.Required("data", "data is mandatory");
        }

        return faults;
    }

    /// <inheritdoc />
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource)
    {
        var faults = new Faults();
        faults.AddRange(Validate(obj));
        faults.Immutable("data", obj["data"], old["data"]);
        return faults;
    }
}
