using System.Text.Json;
using Orchestrator.Gateway.Discovery;

namespace Orchestrator.Gateway.OpenApi;

/// <summary>Writes the documents of OpenAPI 2 and 3. They differ in where schemas stand and in how bodies and types are said.</summary>
/// <remarks>Upstream: kube-openapi's builder and builder3.</remarks>
internal sealed class OpenApiWriter(ApiFacts facts, Utf8JsonWriter json, bool isVersion3)
{
    /// <summary>What OpenAPI 3 can say to be of several types, and OpenAPI 2 cannot.</summary>
    /// <remarks>Upstream: OpenAPIV3OneOfTypes of the two types.</remarks>
    private static readonly Dictionary<string, string[]> SeveralTypes = new(StringComparer.Ordinal)
    {
        ["io.k8s.apimachinery.pkg.api.resource.Quantity"] = ["string", "number"],
        ["io.k8s.apimachinery.pkg.util.intstr.IntOrString"] = ["integer", "string"],
    };

    private readonly FieldDescriptions descriptions = FieldDescriptions.Shipped;

    private string Prefix => isVersion3 ? "#/components/schemas/" : "#/definitions/";

    /// <summary>Writes one document: some paths and some definitions.</summary>
    public void Write(IEnumerable<(string Path, JsonElement Item)> paths, IEnumerable<string> definitions)
    {
        json.WriteStartObject();
        json.WriteString(isVersion3 ? "openapi" : "swagger", isVersion3 ? "3.0.0" : "2.0");
        json.WriteStartObject("info");
        json.WriteString("title", "Kubernetes");
        json.WriteString("version", ServerVersion.GitVersion);
        json.WriteEndObject();
        json.WriteStartObject("paths");
        foreach (var (path, item) in paths)
        {
            WritePath(path, item);
        }

        json.WriteEndObject();
        if (isVersion3)
        {
            json.WriteStartObject("components");
            WriteDefinitions("schemas", definitions);
            json.WriteStartObject("securitySchemes");
            WriteBearerToken();
            json.WriteEndObject();
            json.WriteEndObject();
        }
        else
        {
            WriteDefinitions("definitions", definitions);
            json.WriteStartObject("securityDefinitions");
            WriteBearerToken();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private void WriteBearerToken()
    {
        json.WriteStartObject("BearerToken");
        json.WriteString("description", "Bearer Token authentication");
        json.WriteString("type", "apiKey");
        json.WriteString("name", "authorization");
        json.WriteString("in", "header");
        json.WriteEndObject();
    }

    private void WriteDefinitions(string name, IEnumerable<string> definitions)
    {
        json.WriteStartObject(name);
        foreach (var definition in definitions)
        {
            json.WritePropertyName(definition);
            WriteDefinition(definition, facts.Definitions[definition]);
        }

        json.WriteEndObject();
    }

    private void WriteDefinition(string name, JsonElement definition)
    {
        json.WriteStartObject();
        WriteDescription(definition, descriptions.OfDefinition(name));
        var required = RequiredFields(definition);
        foreach (var member in definition.EnumerateObject())
        {
            if (member.NameEquals("properties"))
            {
                json.WriteStartObject("properties");
                foreach (var property in member.Value.EnumerateObject())
                {
                    json.WritePropertyName(property.Name);
                    WriteSchema(property.Value, FieldNotes.Of(descriptions, name, property, required.Contains(property.Name)));
                }

                json.WriteEndObject();
            }
            else if (isVersion3 && member.NameEquals("type") && SeveralTypes.TryGetValue(name, out var types))
            {
                json.WriteStartArray("oneOf");
                foreach (var type in types)
                {
                    json.WriteStartObject();
                    json.WriteString("type", type);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }
            else
            {
                json.WritePropertyName(member.Name);
                WriteSchema(member.Value);
            }
        }

        json.WriteEndObject();
    }

    private void WriteDescription(JsonElement schema, string? description)
    {
        if (description is not null && !schema.TryGetProperty("description", out _))
        {
            json.WriteString("description", description);
        }
    }

    private static HashSet<string> RequiredFields(JsonElement definition) =>
        definition.TryGetProperty("required", out var names) && names.ValueKind == JsonValueKind.Array
            ? [.. names.EnumerateArray().Select(static name => name.GetString()!)]
            : [];

    /// <summary>Writes a schema, or a part of one.</summary>
    /// <param name="schema">The facts.</param>
    /// <param name="notes">What else is known of it; null for what is no field.</param>
    private void WriteSchema(JsonElement schema, FieldNotes? notes = null)
    {
        switch (schema.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                WriteDescription(schema, notes?.Description);
                WriteValues(schema, notes);
                WriteSchemaMembers(schema, notes);
                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in schema.EnumerateArray())
                {
                    WriteSchema(item);
                }

                json.WriteEndArray();
                break;
            default:
                schema.WriteTo(json);
                break;
        }
    }

    private void WriteValues(JsonElement schema, FieldNotes? notes)
    {
        // Upstream prunes defaults from documents of version 2.
        if (isVersion3 && notes?.Default is { } value)
        {
            json.WritePropertyName("default");
            value.WriteTo(json);
        }

        if (notes?.Words is { } words && FieldNotes.TakesWords(schema))
        {
            WriteWords("enum", words);
        }
    }

    private void WriteSchemaMembers(JsonElement schema, FieldNotes? notes)
    {
        // OpenAPI 3 ignores what stands beside a reference, so that it has to be one of several parts.
        var wrapsReference = isVersion3 && (notes?.Description is not null || schema.EnumerateObject().Skip(1).Any());
        foreach (var member in schema.EnumerateObject())
        {
            if (!member.NameEquals("$ref") || member.Value.ValueKind != JsonValueKind.String)
            {
                json.WritePropertyName(member.Name);
                WriteSchema(member.Value, notes is not null && HoldsElements(member) ? notes.OfElements(member.Value) : null);
                continue;
            }

            if (wrapsReference)
            {
                json.WriteStartArray("allOf");
                WriteReference(ApiFacts.Referred(member.Value));
                json.WriteEndArray();
            }
            else
            {
                json.WriteString("$ref", Prefix + ApiFacts.Referred(member.Value));
            }
        }
    }

    private static bool HoldsElements(JsonProperty member) =>
        member.Value.ValueKind == JsonValueKind.Object && (member.NameEquals("items") || member.NameEquals("additionalProperties"));

    private void WritePath(string path, JsonElement item)
    {
        json.WriteStartObject(path);
        var operations = OperationFacts.Of(path, item).ToList();
        operations.ForEach(WriteOperation);
        if (operations.Count > 0 && operations[0].PathParameters.Any())
        {
            json.WriteStartArray("parameters");
            foreach (var name in operations[0].PathParameters)
            {
                WriteParameter(name, "path", "string");
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private void WriteOperation(OperationFacts operation)
    {
        json.WriteStartObject(operation.Method);
        WriteWords("tags", [operation.Tag]);
        json.WriteString("operationId", operation.Facts.GetProperty("operationId").GetString());
        var body = operation.Body(facts);
        json.WriteStartArray("parameters");
        if (body is not null && !isVersion3)
        {
            WriteBodyParameter(body, operation.Action);
        }

        foreach (var (name, type) in operation.QueryParameters)
        {
            WriteParameter(name, "query", type);
        }

        json.WriteEndArray();
        if (body is not null && isVersion3)
        {
            json.WriteStartObject("requestBody");
            WriteContent(operation.Consumes, body);
            json.WriteEndObject();
        }

        WriteResponses(operation);
        if (!isVersion3)
        {
            WriteWords("consumes", operation.Consumes);
            WriteWords("produces", operation.Produces);
            WriteWords("schemes", ["https"]);
        }

        if (operation.Action.Length > 0)
        {
            json.WriteString("x-kubernetes-action", operation.Action);
        }

        if (operation.Facts.TryGetProperty("x-kubernetes-group-version-kind", out var kind))
        {
            json.WritePropertyName("x-kubernetes-group-version-kind");
            kind.WriteTo(json);
        }

        json.WriteEndObject();
    }

    private void WriteBodyParameter(string definition, string action)
    {
        json.WriteStartObject();
        json.WriteString("name", "body");
        json.WriteString("in", "body");
        if (action is not ("delete" or "deletecollection"))
        {
            json.WriteBoolean("required", true);
        }

        json.WritePropertyName("schema");
        WriteReference(definition);
        json.WriteEndObject();
    }

    private void WriteParameter(string name, string place, string type)
    {
        json.WriteStartObject();
        if (!isVersion3 && place == "query" && descriptions.OfParameter(name) is { } description)
        {
            // Every apply of kubectl reads documents of version 3: what would double their size is left to those of version 2.
            json.WriteString("description", description);
        }

        json.WriteString("name", name);
        json.WriteString("in", place);
        if (place == "path")
        {
            json.WriteBoolean("required", true);
        }

        if (isVersion3)
        {
            json.WriteStartObject("schema");
        }

        json.WriteString("type", type);
        json.WriteBoolean("uniqueItems", true);
        if (isVersion3)
        {
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private void WriteResponses(OperationFacts operation)
    {
        json.WriteStartObject("responses");
        foreach (var code in operation.Codes)
        {
            json.WriteStartObject(code);
            json.WriteString("description", code == "201" ? "Created" : code == "202" ? "Accepted" : "OK");
            var answer = operation.Answer(facts);
            if (isVersion3)
            {
                WriteContent(operation.Produces, answer);
            }
            else
            {
                json.WritePropertyName("schema");
                WriteAnswer(answer);
            }

            json.WriteEndObject();
        }

        json.WriteStartObject("401");
        json.WriteString("description", "Unauthorized");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteContent(IEnumerable<string> types, string? definition)
    {
        json.WriteStartObject("content");
        foreach (var type in types)
        {
            json.WriteStartObject(type);
            json.WritePropertyName("schema");
            WriteAnswer(definition);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private void WriteAnswer(string? definition)
    {
        if (definition is not null)
        {
            WriteReference(definition);
            return;
        }

        json.WriteStartObject();
        json.WriteString("type", "string");
        json.WriteEndObject();
    }

    private void WriteReference(string definition)
    {
        json.WriteStartObject();
        json.WriteString("$ref", Prefix + definition);
        json.WriteEndObject();
    }

    private void WriteWords(string name, IEnumerable<string> words)
    {
        json.WriteStartArray(name);
        foreach (var word in words)
        {
            json.WriteStringValue(word);
        }

        json.WriteEndArray();
    }
}
