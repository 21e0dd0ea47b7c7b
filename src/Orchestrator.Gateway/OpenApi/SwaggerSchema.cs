using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Gateway.OpenApi;

/// <summary>A structural schema as OpenAPI 2 can say it: clients that validate by it must not refuse what the server accepts.</summary>
/// <remarks>Upstream: ToStructuralOpenAPIV2 in apiextensions-apiserver/pkg/controller/openapi/v2.</remarks>
internal static class SwaggerSchema
{
    private static readonly string[] Unsayable = ["oneOf", "anyOf", "allOf", "not", "nullable", "default"];

    /// <summary>The schema for the version 2 document.</summary>
    public static JsonObject Of(JsonObject schema)
    {
        var result = (JsonObject)schema.DeepClone();
        Reduce(result);
        return result;
    }

    private static void Reduce(JsonObject schema)
    {
        var isNullable = Flag(schema, "nullable");
        foreach (var field in Unsayable)
        {
            schema.Remove(field);
        }

        if (isNullable)
        {
            // kubectl cannot say that null is allowed: so nothing is said of the value.
            foreach (var field in (string[])["type", "items", "properties", "additionalProperties", "required", "enum"])
            {
                schema.Remove(field);
            }
        }

        if (Flag(schema, "x-kubernetes-preserve-unknown-fields"))
        {
            // kubectl takes a schema with fields for a complete one.
            schema.Remove("items");
            schema.Remove("properties");
            schema.Remove("required");
        }

        if (Flag(schema, "x-kubernetes-int-or-string"))
        {
            schema.Remove("type");
        }

        foreach (var child in Children(schema).ToList())
        {
            Reduce(child);
        }
    }

    private static IEnumerable<JsonObject> Children(JsonObject schema)
    {
        var single = new[] { schema["items"] as JsonObject, schema["additionalProperties"] as JsonObject }.OfType<JsonObject>();
        return schema["properties"] is JsonObject properties ? single.Concat(properties.Select(property => property.Value).OfType<JsonObject>()) : single;
    }

    private static bool Flag(JsonObject schema, string name) => schema[name]?.GetValueKind() == JsonValueKind.True;
}
