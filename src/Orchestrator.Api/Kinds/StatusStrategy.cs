using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds;

/// <summary>The strategy of a kind whose status has fields that are always there: after a creator's status is dropped, the defaults are applied again.</summary>
/// <remarks>Upstream has the same effect from decoding what it has just stored.</remarks>
public abstract class StatusStrategy : KindStrategy
{
    /// <inheritdoc />
    public override void PrepareForCreate(JsonObject obj, Surroundings at)
    {
        base.PrepareForCreate(obj, at);
        Default(obj);
    }
}
