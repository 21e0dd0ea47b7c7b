using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.CustomResources.Schemas;

/// <summary>Lists of type set have no item twice, lists of type map no key twice.</summary>
/// <remarks>Upstream: apiextensions-apiserver/pkg/apiserver/schema/listtype/validation.go.</remarks>
public static class ListInvariants
{
    /// <summary>What is wrong in a value and below.</summary>
    public static IEnumerable<FieldError> Faults(JsonNode? value, StructuralSchema? schema, string path = "")
    {
        if (schema is null)
        {
            return [];
        }

        return value switch
        {
            JsonObject members => members.SelectMany(member => Below(member.Key, member.Value, schema, path)),
            JsonArray items => OfList(items, schema, path).Concat(items.SelectMany((item, index) => Faults(item, schema.Items, Index(path, index)))),
            _ => [],
        };
    }

    /// <summary>The key fields of an item of a list of type map; null when it is no object.</summary>
    internal static JsonObject? KeyOf(JsonNode? item, StructuralSchema list)
    {
        if (item is not JsonObject members)
        {
            return null;
        }

        var key = new JsonObject();
        foreach (var name in list.ListMapKeys)
        {
            if (members.TryGetPropertyValue(name, out var value) && value is not null)
            {
                key[name] = value.DeepClone();
            }
        }

        return key;
    }

    private static IEnumerable<FieldError> Below(string name, JsonNode? member, StructuralSchema schema, string path) =>
        schema.Properties.TryGetValue(name, out var property) ? Faults(member, property, path.Length == 0 ? name : path + "." + name)
        : schema.AdditionalProperties is { } values ? Faults(member, values, $"{path}[{name}]")
        : [];

    private static IEnumerable<FieldError> OfList(JsonArray items, StructuralSchema schema, string path)
    {
        if (schema.ListType is not ("set" or "map"))
        {
            yield break;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        var reported = new HashSet<string>(StringComparer.Ordinal);
        for (var index = 0; index < items.Count; index++)
        {
            var shown = schema.ListType == "set" ? items[index] : KeyOf(items[index], schema);
            if (schema.ListType == "map" && shown is null)
            {
                yield return FieldError.Invalid(Index(path, index), items[index], "must be an object for an array of list-type map");
                continue;
            }

            var text = CanonicalText(shown);
            if (!seen.Add(text) && reported.Add(text))
            {
                yield return FieldError.Duplicate(Index(path, index), shown?.DeepClone());
            }
        }
    }

    private static string Index(string path, int index) => string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");

    private static string CanonicalText(JsonNode? node) => node switch
    {
        JsonObject members => "{" + string.Join(',', members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => member.Key + ":" + CanonicalText(member.Value))) + "}",
        JsonArray items => "[" + string.Join(',', items.Select(CanonicalText)) + "]",
        null => "null",
        _ => node.ToJsonString(),
    };
}
