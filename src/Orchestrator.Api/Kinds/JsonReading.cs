using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Api.Kinds;

/// <summary>Reads and defaults fields of a document whose types the schema has already checked; a field of another type reads as absent.</summary>
internal static class JsonReading
{
    /// <summary>The object in a field, or null.</summary>
    public static JsonObject? Object(this JsonObject? node, string name) => node?[name] as JsonObject;

    /// <summary>The list in a field, or null.</summary>
    public static JsonArray? Array(this JsonObject? node, string name) => node?[name] as JsonArray;

    /// <summary>The objects of a list field, with their places; absent reads as empty.</summary>
    public static IEnumerable<JsonObject> Items(this JsonObject? node, string name) =>
        node.Array(name)?.OfType<JsonObject>() ?? [];

    /// <summary>The strings of a list field; absent reads as empty.</summary>
    public static IEnumerable<string> Texts(this JsonObject? node, string name) =>
        node.Array(name)?.Select(AsText).OfType<string>() ?? [];

    /// <summary>The string in a field; absent reads as empty, as upstream's zero value does.</summary>
    public static string Text(this JsonObject? node, string name) => AsText(node?[name]) ?? "";

    /// <summary>The integer in a field, or null.</summary>
    public static long? Integer(this JsonObject? node, string name) => AsInteger(node?[name]);

    /// <summary>The boolean in a field; absent reads as false.</summary>
    public static bool Flag(this JsonObject? node, string name) => node?[name] is JsonValue value && value.TryGetValue(out bool flag) && flag;

    /// <summary>Whether the field is there and not null.</summary>
    public static bool Has(this JsonObject? node, string name) => node?[name] is not null;

    /// <summary>The entries of a string map field; absent reads as empty.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Map(this JsonObject? node, string name) =>
        node.Object(name)?.Select(entry => KeyValuePair.Create(entry.Key, AsText(entry.Value) ?? "")) ?? [];

    /// <summary>Sets a field that is absent, null or the empty string.</summary>
    public static void DefaultText(this JsonObject node, string name, string value)
    {
        if (node.Text(name).Length == 0)
        {
            node[name] = value;
        }
    }

    /// <summary>Sets an integer field that is absent.</summary>
    public static void DefaultInteger(this JsonObject node, string name, long value)
    {
        if (!node.Has(name))
        {
            node[name] = value;
        }
    }

    /// <summary>Sets an integer field that is absent or zero: fields without a pointer upstream, where zero means unset.</summary>
    public static void DefaultNonZero(this JsonObject node, string name, long value)
    {
        if (node.Integer(name) is null or 0)
        {
            node[name] = value;
        }
    }

    /// <summary>Sets a boolean field that is absent.</summary>
    public static void DefaultFlag(this JsonObject node, string name, bool value)
    {
        if (!node.Has(name))
        {
            node[name] = value;
        }
    }

    /// <summary>The object in a field, made when it is absent.</summary>
    public static JsonObject Ensure(this JsonObject node, string name)
    {
        if (node[name] is JsonObject found)
        {
            return found;
        }

        var made = new JsonObject();
        node[name] = made;
        return made;
    }

    /// <summary>The string in a node, or null.</summary>
    public static string? AsText(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    /// <summary>The integer in a node, or null: parsed and built nodes hold it in different types.</summary>
    public static long? AsInteger(JsonNode? node) => node switch
    {
        not JsonValue => null,
        JsonValue value when value.TryGetValue(out long wide) => wide,
        JsonValue value when value.TryGetValue(out int narrow) => narrow,
        JsonValue value when value.GetValueKind() == JsonValueKind.Number && value.TryGetValue(out double real) => (long)real,
        _ => null,
    };

    /// <summary>Whether two fields say the same; absent and null are the same.</summary>
    public static bool Same(JsonNode? left, JsonNode? right) => JsonNode.DeepEquals(left, right);
}
