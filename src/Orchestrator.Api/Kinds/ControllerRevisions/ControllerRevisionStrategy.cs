using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.ControllerRevisions;

/// <summary>What ControllerRevisions add to the common write path: the state that they keep never changes.</summary>
/// <remarks>Upstream: ValidateControllerRevisionCreate and ValidateControllerRevisionUpdate; the data is a RawExtension.</remarks>
internal sealed class ControllerRevisionStrategy : KindStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource => new("apps", "controllerrevisions");

    /// <inheritdoc />
    public override string? ImmutableAsSent => "data";

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj) => RevisionFaults(obj, isNew: true);

    /// <summary>Data that is no object is from before it was refused, and stays.</summary>
    public override IEnumerable<FieldError> ValidateUpdate(JsonObject obj, JsonObject old, string subresource) => RevisionFaults(obj, isNew: false);

    private static Faults RevisionFaults(JsonObject obj, bool isNew)
    {
        var faults = new Faults();
        if (!obj.Has("data"))
        {
            faults.Required("data", "data is mandatory");
        }
        else if (isNew && obj["data"] is not JsonObject)
        {
            faults.Required("data", "data must be a valid JSON object");
        }

        faults.NotNegative("revision", obj.Integer("revision"));
        return faults;
    }
}
