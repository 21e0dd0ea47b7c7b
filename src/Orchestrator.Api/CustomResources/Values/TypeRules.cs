using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources.Schemas;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.CustomResources.Values;

/// <summary>Whether a value has the type that its schema asks for.</summary>
/// <remarks>Upstream: kube-openapi/pkg/validation/validate/type.go.</remarks>
internal static class TypeRules
{
    public static ValueResult OfNull(StructuralSchema schema, string path)
    {
        var result = new ValueResult();
        if (schema.Types.Count > 0 && !schema.Nullable)
        {
            result.Add(Fault(path, string.Join(',', schema.Types), "null"));
        }
        else
        {
            result.Count();
        }

        return result;
    }

    public static ValueResult Check(JsonNode value, StructuralSchema schema, string path)
    {
        var result = new ValueResult();
        var (type, format) = TypeOf(value);
        var wanted = StringFormats.IsKnown(schema.Format) ? schema.Format : "";
        var isWholeFloat = type == "number" && Math.Floor(value.GetValue<double>()) == value.GetValue<double>() && schema.Types.Contains("integer");
        var fits = schema.Types.Contains(type) || isWholeFloat || (type == "integer" && schema.Types.Contains("number"));
        var isTextual = type is "string" or "array";
        if (!isTextual && wanted.Length > 0 && !fits)
        {
            result.Add(Fault(path, wanted, format));
        }
        else if (!(isTextual && wanted.Length > 0 && !schema.Types.Contains("number") && !schema.Types.Contains("integer")) && !fits)
        {
            result.Add(Fault(path, string.Join(',', schema.Types), type));
        }
        else
        {
            result.Count();
        }

        return result;
    }

    private static ValueFault Fault(string path, string wanted, string found) =>
        new(FieldErrorKind.TypeInvalid, path, found, $"{path} in body must be of type {wanted}: {GoText.Quote(found)}");

    private static (string Type, string Format) TypeOf(JsonNode value) => value switch
    {
        JsonObject => ("object", ""),
        JsonArray => ("array", ""),
        _ => value.GetValueKind() switch
        {
            JsonValueKind.String => ("string", ""),
            JsonValueKind.Number => value.AsValue().TryGetValue<long>(out _) ? ("integer", "int64") : ("number", "float64"),
            _ => ("boolean", ""),
        },
    };
}
