using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources.Values;

namespace Orchestrator.Api.Machinery;

/// <summary>Texts as Go's fmt and encoding/json write them: clients compare upstream's messages to the letter.</summary>
public static class GoText
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The verb %q for a string.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var rune in text.EnumerateRunes())
        {
            AppendQuoted(quoted, rune);
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>Compact JSON with the characters escaped that encoding/json escapes.</summary>
    public static string Json(JsonNode? node) =>
        (node?.ToJsonString(Relaxed) ?? "null")
            .Replace("<", "\\u003c", StringComparison.Ordinal)
            .Replace(">", "\\u003e", StringComparison.Ordinal)
            .Replace("&", "\\u0026", StringComparison.Ordinal)
            .Replace("\u2028", "\\u2028", StringComparison.Ordinal)
            .Replace("\u2029", "\\u2029", StringComparison.Ordinal);

    /// <summary>JSON as Go writes its maps: names in order, whole numbers as they are, all others as float64.</summary>
    public static string SortedJson(JsonNode? node) => Json(Sorted(node));

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject obj => new JsonObject(obj.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, Sorted(pair.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sorted)]),
        JsonValue value when value.GetValueKind() == JsonValueKind.Number => Number(value.ToJsonString()),
        _ => node?.DeepClone(),
    };

    // What a float64 cannot hold stays as it was written: there is no other text for it.
    private static JsonNode? Number(string text) => JsonNode.Parse(
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? text
        : double.Parse(text, CultureInfo.InvariantCulture) is var value && double.IsFinite(value) ? GoNumbers.Json(value)
        : text);

    /// <summary>A decoded document as Go prints it with <c>%v</c>.</summary>
    public static string Value(JsonNode? node) => node switch
    {
        null => "<nil>",
        JsonObject members => "map[" + string.Join(' ', members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => member.Key + ":" + Value(member.Value))) + "]",
        JsonArray items => "[" + string.Join(' ', items.Select(Value)) + "]",
        _ => node.ToString(),
    };

    private static void AppendQuoted(StringBuilder quoted, Rune rune)
    {
        switch (rune.Value)
        {
            case '"': quoted.Append("\\\""); break;
            case '\\': quoted.Append("\\\\"); break;
            case '\a': quoted.Append("\\a"); break;
            case '\b': quoted.Append("\\b"); break;
            case '\f': quoted.Append("\\f"); break;
            case '\n': quoted.Append("\\n"); break;
            case '\r': quoted.Append("\\r"); break;
            case '\t': quoted.Append("\\t"); break;
            case '\v': quoted.Append("\\v"); break;
            case < 0x20 or 0x7f: quoted.Append("\\x").Append(rune.Value.ToString("x2", CultureInfo.InvariantCulture)); break;
            default: quoted.Append(rune); break;
        }
    }
}
