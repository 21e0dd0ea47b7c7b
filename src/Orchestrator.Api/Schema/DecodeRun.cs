using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Schema;

/// <summary>One pass of the decoder over one document. The first type error wins, as in Go.</summary>
internal sealed class DecodeRun(bool keepEmpty, bool isUnstructured = false)
{
    private readonly DecodePath path = new();
    private readonly List<string> remarks = [];

    public string? Fault { get; private set; }

    /// <summary>The fault in the words of Go's converter of trees; null when it has none of its own.</summary>
    public string? FaultOfTree { get; private set; }

    public IReadOnlyList<string> Remarks => remarks;

    /// <summary>Reads the value at the reader; null stands for JSON's null and for a value that does not fit.</summary>
    public JsonNode? ReadValue(ref Utf8JsonReader reader, SchemaNode schema)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        return schema.Type switch
        {
            SchemaType.Any => ReadAny(ref reader),
            SchemaType.Object when schema.IsStruct => ReadStruct(ref reader, schema),
            SchemaType.Object => ReadMap(ref reader, schema),
            SchemaType.Array => ReadArray(ref reader, schema),
            SchemaType.Boolean => ReadBoolean(ref reader, schema),
            SchemaType.Integer or SchemaType.Number => ReadNumber(ref reader, schema),
            _ => ReadText(ref reader, schema),
        };
    }

    /// <summary>The JSON type in Go's words.</summary>
    public static string Describe(JsonNode? node) => node switch
    {
        JsonArray => "array",
        JsonObject => "object",
        null => "null",
        _ => node.GetValueKind() switch
        {
            JsonValueKind.String => "string",
            JsonValueKind.Number => "number",
            _ => "bool",
        },
    };

    private JsonObject? ReadStruct(ref Utf8JsonReader reader, SchemaNode schema)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            Mismatch(ref reader, schema);
            return null;
        }

        var result = new JsonObject();
        HashSet<string>? nulls = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (!schema.Properties.TryGetValue(name, out var field))
            {
                ReadUnknown(ref reader, schema, name, result);
                continue;
            }

            if (result.ContainsKey(name) || nulls?.Contains(name) == true)
            {
                Remark("duplicate field", name);
            }

            path.EnterField(name, schema.ShortName);
            var value = ReadValue(ref reader, field);
            path.Leave();
            if (IsAbsent(value, field, keepEmpty || schema.Required.Contains(name)))
            {
                (nulls ??= []).Add(name);
                result.Remove(name);
            }
            else
            {
                result[name] = value;
            }
        }

        return result;
    }

    // Go writes no field for an empty slice or map with omitempty, which is all but the required ones.
    private static bool IsAbsent(JsonNode? value, SchemaNode field, bool required) => value switch
    {
        null => true,
        JsonArray { Count: 0 } => !required,
        JsonObject { Count: 0 } => !required && field.Type == SchemaType.Object && !field.IsStruct,
        _ => false,
    };

    private void ReadUnknown(ref Utf8JsonReader reader, SchemaNode schema, string name, JsonObject result)
    {
        if (schema.PreserveUnknown)
        {
            if (isUnstructured && result.ContainsKey(name))
            {
                Remark("duplicate field", name);
            }

            path.EnterKey(name);
            result[name] = ReadAny(ref reader);
            path.Leave();
            return;
        }

        Remark("unknown field", name);
        reader.Skip();
    }

    private JsonObject? ReadMap(ref Utf8JsonReader reader, SchemaNode schema)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            Mismatch(ref reader, schema);
            return null;
        }

        var result = new JsonObject();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var key = reader.GetString()!;
            reader.Read();
            if (result.ContainsKey(key))
            {
                Remark("duplicate field", key);
            }

            path.EnterKey(key);
            result[key] = ReadValue(ref reader, schema.AdditionalProperties!) ?? Zero(schema.AdditionalProperties!);
            path.Leave();
        }

        return result;
    }

    private JsonArray? ReadArray(ref Utf8JsonReader reader, SchemaNode schema)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            Mismatch(ref reader, schema);
            return null;
        }

        var result = new JsonArray();
        var items = schema.Items ?? SchemaNode.Any;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            path.EnterItem(result.Count);
            result.Add(ReadValue(ref reader, items) ?? Zero(items));
            path.Leave();
        }

        return result;
    }

    private JsonValue? ReadBoolean(ref Utf8JsonReader reader, SchemaNode schema)
    {
        if (reader.TokenType is JsonTokenType.True or JsonTokenType.False)
        {
            return JsonValue.Create(reader.GetBoolean());
        }

        Mismatch(ref reader, schema);
        return null;
    }

    private JsonValue? ReadNumber(ref Utf8JsonReader reader, SchemaNode schema)
    {
        if (reader.TokenType == JsonTokenType.Number)
        {
            var fits = schema.Type == SchemaType.Number
                ? reader.TryGetDouble(out _)
                : reader.TryGetInt64(out var whole) && (schema.Format != "int32" || whole == (int)whole);
            if (fits)
            {
                return Number(ref reader);
            }
        }

        Mismatch(ref reader, schema);
        return null;
    }

    private JsonValue? ReadText(ref Utf8JsonReader reader, SchemaNode schema)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            var fault = SchemaText.Canonicalise(reader.GetString()!, schema, out var text);
            Fault ??= fault;
            return JsonValue.Create(text);
        }

        if (reader.TokenType == JsonTokenType.Number && (schema.IntOrString || schema.IsQuantity))
        {
            return ReadNumericText(ref reader, schema);
        }

        Mismatch(ref reader, schema);
        return null;
    }

    private JsonValue? ReadNumericText(ref Utf8JsonReader reader, SchemaNode schema)
    {
        if (schema.IntOrString)
        {
            if (reader.TryGetInt32(out _))
            {
                return Number(ref reader);
            }

            Fault ??= $"json: cannot unmarshal number {Encoding.UTF8.GetString(reader.ValueSpan)} into Go value of type int32";
            return null;
        }

        var fault = SchemaText.Canonicalise(Encoding.UTF8.GetString(reader.ValueSpan), schema, out var text);
        Fault ??= fault;
        return JsonValue.Create(text);
    }

    private JsonNode? ReadAny(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var fields = new JsonObject();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var name = reader.GetString()!;
                    reader.Read();
                    if (isUnstructured && fields.ContainsKey(name))
                    {
                        Remark("duplicate field", name);
                    }

                    path.EnterKey(name);
                    fields[name] = ReadAny(ref reader);
                    path.Leave();
                }

                return fields;
            case JsonTokenType.StartArray:
                var items = new JsonArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    path.EnterItem(items.Count);
                    items.Add(ReadAny(ref reader));
                    path.Leave();
                }

                return items;
            case JsonTokenType.String: return JsonValue.Create(reader.GetString());
            case JsonTokenType.Number: return isUnstructured ? GoNumber(ref reader) : Number(ref reader);
            case JsonTokenType.True: return JsonValue.Create(true);
            case JsonTokenType.False: return JsonValue.Create(false);
            default: return null;
        }
    }

    // Go keeps whole numbers as they are and everything else as a float64, which it writes in its own way.
    private static JsonNode? GoNumber(ref Utf8JsonReader reader) => reader.TryGetInt64(out _) && reader.ValueSpan.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0
        ? Number(ref reader)
        : JsonNode.Parse(CustomResources.Values.GoNumbers.Json(reader.GetDouble()));

    // Backed by an element, a number can be read as any type it fits and keeps its text.
    private static JsonValue? Number(ref Utf8JsonReader reader) => JsonValue.Create(JsonElement.ParseValue(ref reader));

    // A null among items or values is Go's zero value of their type.
    private static JsonNode? Zero(SchemaNode schema) => schema.Type switch
    {
        SchemaType.Object when schema.IsStruct => new JsonObject(),
        SchemaType.String => schema.IntOrString ? JsonNode.Parse("0") : schema.IsQuantity ? JsonValue.Create("0") : JsonValue.Create(""),
        SchemaType.Integer or SchemaType.Number => JsonNode.Parse("0"),
        SchemaType.Boolean => JsonValue.Create(false),
        _ => null,
    };

    private void Mismatch(ref Utf8JsonReader reader, SchemaNode schema)
    {
        if (Fault is null)
        {
            var field = path.GoField();
            var where = field.Length == 0 ? "value" : "struct field " + field;
            var type = GoTypes.Name(schema);
            Fault = $"json: cannot unmarshal {Found(ref reader, schema)} into Go {where} of type {type}";
            FaultOfTree = type.StartsWith("map[", StringComparison.Ordinal) ? "cannot restore map from " + KindOf(ref reader)
                : type.StartsWith("[]", StringComparison.Ordinal) ? "cannot restore slice from " + KindOf(ref reader)
                : type.Contains('.', StringComparison.Ordinal) ? "cannot restore struct from: " + KindOf(ref reader)
                : "unrecognized type: " + type;
        }

        reader.Skip();
    }

    /// <summary>What Go calls a value of a decoded tree.</summary>
    private static string KindOf(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.StartObject => "map",
        JsonTokenType.StartArray => "slice",
        JsonTokenType.String => "string",
        JsonTokenType.Number => reader.TryGetInt64(out _) ? "int64" : "float64",
        _ => "bool",
    };

    // Go names the literal only where a number was wanted and this one does not fit.
    private static string Found(ref Utf8JsonReader reader, SchemaNode schema) => reader.TokenType switch
    {
        JsonTokenType.StartObject => "object",
        JsonTokenType.StartArray => "array",
        JsonTokenType.String => "string",
        JsonTokenType.Number when schema.Type is SchemaType.Integer or SchemaType.Number => "number " + Encoding.UTF8.GetString(reader.ValueSpan),
        JsonTokenType.Number => "number",
        _ => "bool",
    };

    private void Remark(string what, string name)
    {
        if (remarks.Count < SchemaDecoder.MaxRemarks)
        {
            var remark = what + " " + GoText.Quote(path.Full(name));
            if (!remarks.Contains(remark))
            {
                remarks.Add(remark);
            }
        }
    }
}
