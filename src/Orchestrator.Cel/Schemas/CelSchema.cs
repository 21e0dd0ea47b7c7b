using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Cel.Schemas;

/// <summary>How the elements of a list relate: <c>x-kubernetes-list-type</c>.</summary>
public enum CelListKind
{
    Atomic,
    Set,
    Map,
}

/// <summary>What the expression language needs to know of an OpenAPI schema: how JSON is read as values, and how large it can be.</summary>
/// <remarks>Upstream: the Schema interface of pkg/cel/common/adaptor.go of the apiserver.</remarks>
public sealed class CelSchema
{
    /// <summary>The most levels that are read of a schema; what is below is data of unknown shape.</summary>
    private const int DeepestLevel = 64;

    /// <summary>Data of unknown shape, which expressions cannot look into.</summary>
    private static readonly CelSchema Opaque = new() { PreserveUnknownFields = true };

    /// <summary><c>object</c>, <c>array</c>, <c>string</c>, <c>number</c>, <c>integer</c>, <c>boolean</c> or empty.</summary>
    public string Type { get; init; } = string.Empty;

    public string Format { get; init; } = string.Empty;

    /// <summary>The schema of the elements of an array.</summary>
    public CelSchema? Items { get; init; }

    /// <summary>The schemas of the fields of an object by their names in JSON; null when the object declares none.</summary>
    public IReadOnlyDictionary<string, CelSchema>? Properties { get; init; }

    /// <summary>The schema of the values of a map.</summary>
    public CelSchema? AdditionalProperties { get; init; }

    public bool Nullable { get; init; }

    /// <summary><c>x-kubernetes-int-or-string</c>.</summary>
    public bool IntOrString { get; init; }

    /// <summary><c>x-kubernetes-preserve-unknown-fields</c>.</summary>
    public bool PreserveUnknownFields { get; init; }

    /// <summary><c>x-kubernetes-embedded-resource</c>.</summary>
    public bool EmbeddedResource { get; init; }

    public CelListKind ListKind { get; init; }

    /// <summary>The fields that are the key of an element where the list is a map.</summary>
    public IReadOnlyList<string> ListMapKeys { get; init; } = [];

    public long? MaxLength { get; init; }

    public long? MaxItems { get; init; }

    public long? MaxProperties { get; init; }

    public IReadOnlyCollection<string> Required { get; init; } = [];

    /// <summary>The texts that an enumeration allows.</summary>
    public IReadOnlyList<string> Enum { get; init; } = [];

    public bool HasDefault { get; init; }

    /// <summary>Reads an OpenAPI v3 schema, such as a version of a CustomResourceDefinition has.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="resolve">Finds what a <c>$ref</c> names; null where there are no references. A reference to a schema that is being read ends as data of unknown shape.</param>
    public static CelSchema Parse(JsonObject schema, Func<string, JsonObject?>? resolve = null) => Parse(schema, resolve, [], 0);

    /// <summary>The shape for the checker and the cost estimate, or null when the data is hidden from expressions.</summary>
    /// <param name="isResourceRoot">Whether the schema is that of a whole object, whose kind, apiVersion, metadata.name and metadata.generateName can always be read.</param>
    public CelDeclType? ToDeclType(bool isResourceRoot) => SchemaShapes.Of(this, isResourceRoot);

    /// <summary>The schema with kind, apiVersion and the names in metadata declared, whatever it declared itself.</summary>
    internal CelSchema WithTypeAndObjectMeta()
    {
        var text = new CelSchema { Type = "string" };
        if (Properties is not null && Is("kind", "string") && Is("apiVersion", "string") && Is("metadata", "object")
            && Properties["metadata"].Properties is { } meta && meta.ContainsKey("name") && meta.ContainsKey("generateName"))
        {
            return this;
        }

        var properties = new Dictionary<string, CelSchema>(Properties ?? new Dictionary<string, CelSchema>(), StringComparer.Ordinal)
        {
            ["kind"] = text,
            ["apiVersion"] = text,
            ["metadata"] = new() { Type = "object", Properties = new Dictionary<string, CelSchema>(StringComparer.Ordinal) { ["name"] = text, ["generateName"] = text } },
        };
        return new()
        {
            Type = Type,
            Properties = properties,
            Nullable = Nullable,
            PreserveUnknownFields = PreserveUnknownFields,
            EmbeddedResource = EmbeddedResource,
            MaxProperties = MaxProperties,
            Required = Required,
            HasDefault = HasDefault,
        };

        bool Is(string name, string type) => Properties.TryGetValue(name, out var property) && property.Type == type;
    }

    private static CelSchema Parse(JsonObject schema, Func<string, JsonObject?>? resolve, HashSet<string> open, int level)
    {
        if (level > DeepestLevel) return Opaque;
        if (schema["allOf"] is JsonArray { Count: 1 } single && single[0] is JsonObject only && only.ContainsKey("$ref")) schema = only;
        if (Text(schema, "$ref") is { } reference)
        {
            if (resolve?.Invoke(reference) is not { } target || !open.Add(reference)) return Opaque;
            var parsed = Parse(target, resolve, open, level + 1);
            open.Remove(reference);
            return parsed;
        }

        CelSchema Child(JsonNode? node) => node is JsonObject child ? Parse(child, resolve, open, level + 1) : Opaque;
        return new()
        {
            Type = Text(schema, "type") ?? string.Empty,
            Format = Text(schema, "format") ?? string.Empty,
            Items = schema["items"] is JsonObject items ? Child(items) : null,
            Properties = schema["properties"] is JsonObject properties ? properties.ToDictionary(property => property.Key, property => Child(property.Value), StringComparer.Ordinal) : null,
            AdditionalProperties = schema["additionalProperties"] is JsonObject additional ? Child(additional) : null,
            Nullable = Flag(schema, "nullable"),
            IntOrString = Flag(schema, "x-kubernetes-int-or-string") || Text(schema, "format") == "int-or-string",
            PreserveUnknownFields = Flag(schema, "x-kubernetes-preserve-unknown-fields"),
            EmbeddedResource = Flag(schema, "x-kubernetes-embedded-resource"),
            ListKind = Text(schema, "x-kubernetes-list-type") switch { "set" => CelListKind.Set, "map" => CelListKind.Map, _ => CelListKind.Atomic },
            ListMapKeys = Texts(schema, "x-kubernetes-list-map-keys"),
            MaxLength = Number(schema, "maxLength"),
            MaxItems = Number(schema, "maxItems"),
            MaxProperties = Number(schema, "maxProperties"),
            Required = Texts(schema, "required"),
            Enum = Texts(schema, "enum"),
            HasDefault = schema["default"] is not null,
        };
    }

    private static string? Text(JsonObject schema, string name) => schema[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static bool Flag(JsonObject schema, string name) => schema[name] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    private static long? Number(JsonObject schema, string name) =>
        schema[name] is not JsonValue value || value.GetValueKind() != JsonValueKind.Number ? null
        : value.TryGetValue<long>(out var number) ? number
        : value.TryGetValue<int>(out var small) ? small
        : null;

    private static IReadOnlyList<string> Texts(JsonObject schema, string name) =>
        schema[name] is JsonArray array ? [.. array.OfType<JsonValue>().Select(value => value.TryGetValue<string>(out var text) ? text : null).OfType<string>()] : [];
}
