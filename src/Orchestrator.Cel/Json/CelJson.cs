using System.Text.Json.Nodes;
using Orchestrator.Cel.Schemas;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Json;

/// <summary>Values as JSON: what policies make of objects and patches, and what message expressions return.</summary>
/// <remarks>Upstream: the ConvertToNative methods towards structpb.Value and pkg/cel/mutation/dynamic/objects.go. Bytes become base64, points in
/// time RFC 3339, durations seconds.</remarks>
public static class CelJson
{
    /// <summary>The JSON of a value; null with the reason when it has none. JSON null is null without a reason.</summary>
    public static JsonNode? ToJson(CelValue value, out string? error)
    {
        error = null;
        switch (value)
        {
            case CelNull:
                return null;
            case CelBool truth:
                return JsonValue.Create(truth.Value);
            case CelInt number:
                return JsonValue.Create(number.Value);
            case CelUint number:
                return JsonValue.Create(number.Value);
            case CelDouble number:
                if (double.IsFinite(number.Value)) return JsonValue.Create(number.Value);
                error = $"{CelText.Of(number.Value)} is no JSON number";
                return null;
            case CelString text:
                return JsonValue.Create(text.Value);
            case CelBytes bytes:
                return JsonValue.Create(Convert.ToBase64String(bytes.Value.Span));
            case CelTimestamp or CelDuration:
                return JsonValue.Create(value.ToString());
            case JsonMap map:
                return map.Json.DeepClone();
            case CelList list:
                return List(list, out error);
            case CelMap map:
                return Map(map, out error);
            case CelObject obj:
                return Object(obj, out error);
            case CelOptional { Value: { } inner }:
                return ToJson(inner, out error);
            default:
                error = value is CelError failed ? failed.Message : $"type conversion error from '{value.Type.RuntimeName}' to 'google.protobuf.Value'";
                return null;
        }
    }

    private static JsonArray? List(CelList list, out string? error)
    {
        error = null;
        var array = new JsonArray();
        for (var i = 0; i < list.Count; i++)
        {
            array.Add(ToJson(list[i], out error));
            if (error is not null) return null;
        }

        return array;
    }

    private static JsonObject? Map(CelMap map, out string? error)
    {
        error = null;
        var json = new JsonObject();
        foreach (var key in map.Keys)
        {
            if (key is not CelString name)
            {
                error = $"map key \"{CelText.Of(key)}\" is of type {key.Type.RuntimeName}, not string";
                return null;
            }

            if (!map.TryGet(key, out var value)) continue;
            json[name.Value] = ToJson(value, out error);
            if (error is not null) return null;
        }

        return json;
    }

    private static JsonObject? Object(CelObject obj, out string? error)
    {
        error = null;
        var json = new JsonObject();
        foreach (var (field, value) in obj.Fields)
        {
            json[FieldNames.Unescape(field) ?? field] = ToJson(value, out error);
            if (error is null) continue;
            error = $"fail to convert field \"{field}\": {error}";
            return null;
        }

        return json;
    }
}
