using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Patching;

/// <summary>Merges a document into an object by the schema: lists whose items have a key are merged item by item.</summary>
/// <remarks>Upstream: apimachinery/pkg/util/strategicpatch. Knows all directives: $patch, $retainKeys, $setElementOrder/F and
/// $deleteFromPrimitiveList/F.</remarks>
public static class StrategicMergePatch
{
    /// <summary>Applies the patch to a copy of the object.</summary>
    public static PatchResult Apply(JsonNode? current, ReadOnlyMemory<byte> patch, SchemaNode? schema)
    {
        if (PatchDocument.Read(patch, out var document) is { } fault)
        {
            return PatchResult.Refused(Statuses.BadRequest(fault));
        }

        if (document is not JsonObject wanted)
        {
            return PatchResult.Refused(Statuses.BadRequest(
                $"json: cannot unmarshal {PatchDocument.TypeName(document)} into Go value of type map[string]interface {{}}"));
        }

        var merge = new StrategicMerge();
        var result = merge.Objects(current?.DeepClone() as JsonObject ?? [], wanted, schema);
        return merge.Failure is { } failure ? PatchResult.Refused(failure) : PatchResult.Of(result);
    }
}
