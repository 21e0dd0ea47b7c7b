using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Cel.Schemas;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Json;

/// <summary>JSON as values: read in place, guided by a schema where there is one.</summary>
/// <remarks>Upstream: UnstructuredToVal in pkg/cel/common/values.go of the apiserver. Data that does not fit its schema is an error with upstream's message.</remarks>
public static class JsonCel
{
    /// <summary>The value of JSON of an unknown shape: numbers are ints where they are written as such, doubles otherwise.</summary>
    public static CelValue ToValue(JsonNode? json) => json switch
    {
        null => CelNull.Instance,
        JsonObject obj => new JsonMap(obj, null),
        JsonArray array => new JsonList(array, null),
        _ => Scalar((JsonValue)json),
    };

    /// <summary>The value of JSON that a schema describes.</summary>
    public static CelValue ToValue(JsonNode? json, CelSchema? schema)
    {
        if (schema is null) return ToValue(json);
        if (json is null) return schema.Nullable ? CelNull.Instance : new CelError("invalid data, got null for schema with nullable=false");
        if (schema.IntOrString)
        {
            var union = Scalar(json as JsonValue);
            return union is CelString or CelInt ? union : new CelError("invalid data, expected XIntOrString value to be either a string or integer");
        }

        return schema.Type switch
        {
            "object" => Object(json, schema),
            "array" => Array(json, schema),
            "string" => Scalar(json as JsonValue) is CelString text ? Text(text, schema.Format) : new CelError($"invalid data, expected string, got {GoType(json)}"),
            "number" => Scalar(json as JsonValue) switch
            {
                CelInt number => CelDouble.Of(number.Value),
                CelDouble number => number,
                _ => new CelError($"invalid data, expected float, got {GoType(json)}"),
            },
            "integer" => Scalar(json as JsonValue) is CelInt integer ? integer : new CelError($"invalid data, expected int, got {GoType(json)}"),
            "boolean" => Scalar(json as JsonValue) is CelBool truth ? truth : new CelError($"invalid data, expected bool, got {GoType(json)}"),
            _ when schema.PreserveUnknownFields => new JsonUnknown(json),
            _ => new CelError(
                "invalid type, expected object, array, number, integer, boolean or string, or no type with x-kubernetes-int-or-string or "
                + $"x-kubernetes-preserve-unknown-fields is true, got {schema.Type}"),
        };
    }

    private static CelValue Object(JsonNode json, CelSchema schema)
    {
        if (json is not JsonObject obj) return new CelError("invalid data, expected a map for the provided schema with type=object");
        if (schema.EmbeddedResource) return new JsonMap(obj, schema.WithTypeAndObjectMeta());
        if (schema.Properties is not null || schema.AdditionalProperties is not null || schema.PreserveUnknownFields) return new JsonMap(obj, schema);
        return new CelError("invalid object type, expected either Properties or AdditionalProperties with Allows=true and non-empty Schema");
    }

    private static CelValue Array(JsonNode json, CelSchema schema)
    {
        if (json is not JsonArray array) return new CelError("invalid data, expected an array for the provided schema with type=array");
        if (schema.Items is null) return new CelError("invalid array type, expected Items with a non-empty Schema");
        return schema.ListKind switch
        {
            CelListKind.Set => new SetList(new JsonList(array, schema.Items)),
            CelListKind.Map => new KeyedList(new JsonList(array, schema.Items), [.. schema.ListMapKeys.Select(key => FieldNames.Escape(key) ?? key)]),
            _ => new JsonList(array, schema.Items),
        };
    }

    private static CelValue Text(CelString text, string format) => format switch
    {
        "duration" => (CelValue?)CelDuration.Parse(text.Value) ?? new CelError($"Invalid duration {text.Value}: unable to parse {text.Value} as duration"),
        "date" => CelTimestamp.Parse(text.Value + "T00:00:00Z") ?? new CelError($"Invalid date formatted string {text.Value}: parsing time \"{text.Value}\""),
        "date-time" => DateTime(text.Value) ?? new CelError($"Invalid date-time formatted string {text.Value}: parsing time \"{text.Value}\""),
        "byte" => Bytes(text.Value),
        _ => text,
    };

    /// <summary>Reads a date and time; a space, or a lower case <c>t</c> and <c>z</c>, are accepted as they are upstream.</summary>
    private static CelValue? DateTime(string text)
    {
        const int DateLength = 10;
        if (text.Length <= DateLength) return null;
        return CelTimestamp.Parse(string.Concat(text.AsSpan(0, DateLength), "T", text.AsSpan(DateLength + 1)).Replace('z', 'Z'));
    }

    private static CelValue Bytes(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length)
            ? new CelBytes(bytes.AsMemory(0, length))
            : new CelError($"Invalid byte formatted string {text}: illegal base64 data");
    }

    private static CelValue Scalar(JsonValue? value)
    {
        switch (value?.GetValueKind())
        {
            case JsonValueKind.String:
                return value.TryGetValue<string>(out var text) ? CelString.Of(text) : CelString.Of(value.ToString());
            case JsonValueKind.True:
                return CelBool.True;
            case JsonValueKind.False:
                return CelBool.False;
            case JsonValueKind.Number:
                return Number(value);
            default:
                return CelNull.Instance;
        }
    }

    private static CelValue Number(JsonValue value)
    {
        if (value.TryGetValue<long>(out var whole)) return CelInt.Of(whole);
        if (value.TryGetValue<int>(out var small)) return CelInt.Of(small);
        if (value.TryGetValue<double>(out var real)) return CelDouble.Of(real);
        var text = value.ToJsonString();
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out whole)
            ? CelInt.Of(whole)
            : CelDouble.Of(double.Parse(text, CultureInfo.InvariantCulture));
    }

    private static string GoType(JsonNode json) => json.GetValueKind() switch
    {
        JsonValueKind.Object => "map[string]interface {}",
        JsonValueKind.Array => "[]interface {}",
        JsonValueKind.String => "string",
        JsonValueKind.Number => Number((JsonValue)json) is CelInt ? "int64" : "float64",
        _ => "bool",
    };
}
