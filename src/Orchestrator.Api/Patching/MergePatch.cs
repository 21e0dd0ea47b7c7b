using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Patching;

/// <summary>Merges a document of wanted values into an object: null takes a field away, lists are replaced.</summary>
/// <remarks>RFC 7396; the object of the API is always a JSON object, and so must the patch be.</remarks>
public static class MergePatch
{
    /// <summary>Applies the patch to a copy of the object.</summary>
    public static PatchResult Apply(JsonNode? current, ReadOnlyMemory<byte> patch, SchemaNode? schema)
    {
        if (PatchDocument.Read(patch, out var document) is { } fault)
        {
            return PatchResult.Refused(Statuses.BadRequest("error decoding patch: " + fault));
        }

        if (document is not JsonObject wanted)
        {
            return PatchResult.Refused(Statuses.BadRequest(
                $"error decoding patch: json: cannot unmarshal {PatchDocument.TypeName(document)} into Go value of type map[string]interface {{}}"));
        }

        var result = current?.DeepClone() as JsonObject ?? [];
        Merge(result, wanted);
        return PatchResult.Of(result);
    }

    /// <summary>Merges in place; values are copied out of the patch.</summary>
    internal static void Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null)
            {
                target.Remove(name);
            }
            else if (value is JsonObject members)
            {
                if (target[name] is not JsonObject inner)
                {
                    inner = [];
                    target[name] = inner;
                }

                Merge(inner, members);
            }
            else
            {
                target[name] = value.DeepClone();
            }
        }
    }
}
