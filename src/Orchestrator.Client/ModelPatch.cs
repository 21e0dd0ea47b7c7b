using System.Globalization;
using System.Text.Json.Nodes;

namespace Orchestrator.Client;

/// <summary>The JSON patch (RFC 6902) that leads from one state of a model to another: only what was changed, down to single fields of list elements.</summary>
/// <remarks>A model knows fewer fields than the object may have. A patch of what changed leaves the others as they are; writing the model back would drop them.</remarks>
internal static class ModelPatch
{
    /// <summary>The operations; none when nothing was changed.</summary>
    public static JsonArray Between(JsonNode before, JsonNode after)
    {
        var operations = new JsonArray();
        Compare("", before, after, operations);
        return operations;
    }

    private static void Compare(string path, JsonNode? before, JsonNode? after, JsonArray operations)
    {
        if (JsonNode.DeepEquals(before, after))
        {
            return;
        }

        if (before is JsonObject objectBefore && after is JsonObject objectAfter)
        {
            CompareFields(path, objectBefore, objectAfter, operations);
        }
        else if (before is JsonArray arrayBefore && after is JsonArray arrayAfter && arrayBefore.Count == arrayAfter.Count)
        {
            for (var index = 0; index < arrayBefore.Count; index++)
            {
                Compare(path + "/" + index.ToString(CultureInfo.InvariantCulture), arrayBefore[index], arrayAfter[index], operations);
            }
        }
        else
        {
            // "add" puts a field in place whether it was there or not.
            operations.Add(Operation(before is null ? "add" : "replace", path, after));
        }
    }

    private static void CompareFields(string path, JsonObject before, JsonObject after, JsonArray operations)
    {
        foreach (var (name, _) in before.Where(field => !after.ContainsKey(field.Key)))
        {
            operations.Add(new JsonObject { ["op"] = "remove", ["path"] = path + "/" + Escape(name) });
        }

        foreach (var (name, value) in after)
        {
            if (before.ContainsKey(name))
            {
                Compare(path + "/" + Escape(name), before[name], value, operations);
            }
            else
            {
                operations.Add(Operation("add", path + "/" + Escape(name), value));
            }
        }
    }

    private static JsonObject Operation(string op, string path, JsonNode? value) => new() { ["op"] = op, ["path"] = path, ["value"] = value?.DeepClone() };

    private static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
