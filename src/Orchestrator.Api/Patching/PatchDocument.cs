using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Patching;

/// <summary>Reads the JSON of a patch into a tree. Of a field given twice the last one counts, as in upstream's decoder.</summary>
internal static class PatchDocument
{
    /// <summary>Reads a document; returns what is wrong, or null.</summary>
    internal static string? Read(ReadOnlyMemory<byte> json, out JsonNode? document)
    {
        document = null;
        var reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = SchemaDecoder.MaxDepth });
        try
        {
            if (!reader.Read())
            {
                return "unexpected end of JSON input";
            }

            document = Value(ref reader);
            return reader.Read() ? "invalid character after top-level value" : null;
        }
        catch (JsonException fault)
        {
            // The only sign of malformed JSON that the reader gives; the sentence is Go's, so that clients find what they know.
            return GoSyntaxErrors.Describe(fault, json.Span);
        }
    }

    /// <summary>The name of a value's JSON type in Go's decoding errors.</summary>
    internal static string TypeName(JsonNode? node) => node?.GetValueKind() switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "bool",
        _ => "null",
    };

    private static JsonNode? Value(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var members = new JsonObject();
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var name = reader.GetString()!;
                    reader.Read();
                    members[name] = Value(ref reader);
                }

                return members;
            case JsonTokenType.StartArray:
                var items = new JsonArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    items.Add(Value(ref reader));
                }

                return items;
            case JsonTokenType.Null:
                return null;
            default:
                return JsonValue.Create(JsonElement.ParseValue(ref reader));
        }
    }
}
