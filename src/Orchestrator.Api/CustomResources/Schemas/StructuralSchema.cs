using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Api.CustomResources.Schemas;

/// <summary>One place of a custom resource's schema: its structure, what its values must look like, and Kubernetes' extensions. Immutable.</summary>
/// <remarks>Upstream: apiextensions JSONSchemaProps and pkg/apiserver/schema/structural.go. One type serves both, for a definition that was accepted is structural,
/// and what stands in allOf, anyOf, oneOf and not is a schema with fewer fields.</remarks>
public sealed class StructuralSchema
{
    private static readonly IReadOnlyDictionary<string, StructuralSchema> NoProperties = new Dictionary<string, StructuralSchema>();

    private StructuralSchema(JsonObject source)
    {
        Source = source;
        Type = Text("type");
        Format = Text("format");
        Nullable = Flag("nullable");
        Default = source["default"];
        Properties = ReadProperties(source["properties"] as JsonObject);
        Items = source["items"] is JsonObject items ? new StructuralSchema(items) : null;
        AdditionalProperties = source["additionalProperties"] is JsonObject values ? new StructuralSchema(values) : null;
        AllowsAdditional = source["additionalProperties"] is { } additional ? additional.GetValueKind() != JsonValueKind.False : null;
        PreserveUnknown = Flag("x-kubernetes-preserve-unknown-fields");
        IsEmbedded = Flag("x-kubernetes-embedded-resource");
        IntOrString = Flag("x-kubernetes-int-or-string");
        ListType = Text("x-kubernetes-list-type");
        MapType = Text("x-kubernetes-map-type");
        ListMapKeys = Texts("x-kubernetes-list-map-keys");
        Required = Texts("required");
        Enum = source["enum"] as JsonArray;
        AllOf = Schemas("allOf");
        AnyOf = Schemas("anyOf");
        OneOf = Schemas("oneOf");
        Not = source["not"] is JsonObject not ? new StructuralSchema(not) : null;
        Rules = ReadRules(source["x-kubernetes-validations"] as JsonArray);
    }

    /// <summary>The schema as it was written.</summary>
    public JsonObject Source { get; }

    /// <summary>object, array, string, integer, number, boolean, or empty.</summary>
    public string Type { get; }

    /// <summary>The format of a string or number; may be empty.</summary>
    public string Format { get; }

    /// <summary>True: null is a value.</summary>
    public bool Nullable { get; }

    /// <summary>What is put where nothing stands; null: nothing.</summary>
    public JsonNode? Default { get; }

    /// <summary>The fields, in the order of their names.</summary>
    public IReadOnlyDictionary<string, StructuralSchema> Properties { get; }

    /// <summary>The schema of the items of an array.</summary>
    public StructuralSchema? Items { get; }

    /// <summary>The schema of the values of a map.</summary>
    public StructuralSchema? AdditionalProperties { get; }

    /// <summary>Whether fields without a schema may be there; null when the schema does not say.</summary>
    public bool? AllowsAdditional { get; }

    /// <summary>True: fields without a schema are kept.</summary>
    public bool PreserveUnknown { get; }

    /// <summary>True: an object of the API with apiVersion, kind and metadata.</summary>
    public bool IsEmbedded { get; }

    /// <summary>True: a number or a string.</summary>
    public bool IntOrString { get; }

    /// <summary>atomic, set or map; may be empty.</summary>
    public string ListType { get; }

    /// <summary>atomic or granular; may be empty.</summary>
    public string MapType { get; }

    /// <summary>The fields that tell the items of a list of type map apart.</summary>
    public IReadOnlyList<string> ListMapKeys { get; }

    /// <summary>The fields that must be there.</summary>
    public IReadOnlyList<string> Required { get; }

    /// <summary>The values allowed; null: any.</summary>
    public JsonArray? Enum { get; }

    /// <summary>All of these must hold.</summary>
    public IReadOnlyList<StructuralSchema> AllOf { get; }

    /// <summary>One of these must hold.</summary>
    public IReadOnlyList<StructuralSchema> AnyOf { get; }

    /// <summary>Exactly one of these must hold.</summary>
    public IReadOnlyList<StructuralSchema> OneOf { get; }

    /// <summary>This must not hold.</summary>
    public StructuralSchema? Not { get; }

    /// <summary>The rules in CEL.</summary>
    public IReadOnlyList<ValidationRule> Rules { get; }

    /// <summary>The types that values may have: two for a number or a string.</summary>
    public IReadOnlyList<string> Types => IntOrString ? ["integer", "string"] : Type.Length > 0 ? [Type] : [];

    /// <summary>Reads a schema. Members of unexpected types count as absent: the definition's own schema has refused them already.</summary>
    public static StructuralSchema Read(JsonObject source) => new(source);

    /// <summary>The schema of a field or of a map's value; null when there is none.</summary>
    public StructuralSchema? Child(string name) => Properties.GetValueOrDefault(name) ?? AdditionalProperties;

    /// <summary>A bound such as maximum or minItems; null when there is none.</summary>
    public double? Bound(string name) =>
        Source[name] is JsonValue value && value.GetValueKind() == JsonValueKind.Number ? value.GetValue<double>() : null;

    /// <summary>A text such as pattern; empty when there is none.</summary>
    public string Text(string name) => Source[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    /// <summary>A flag such as exclusiveMaximum.</summary>
    public bool Flag(string name) => Source[name]?.GetValueKind() == JsonValueKind.True;

    /// <summary>True when this schema or one below has what is asked for; what stands below logical junctors counts too.</summary>
    public bool Has(Func<StructuralSchema, bool> predicate) => predicate(this) || Children().Any(child => child.Has(predicate));

    private IEnumerable<StructuralSchema> Children()
    {
        var single = new[] { Items, AdditionalProperties, Not }.OfType<StructuralSchema>();
        return single.Concat(Properties.Values).Concat(AllOf).Concat(AnyOf).Concat(OneOf);
    }

    private IReadOnlyList<string> Texts(string name) => Source[name] is JsonArray list
        ? [.. list.OfType<JsonValue>().Select(item => item.TryGetValue<string>(out var text) ? text : "")]
        : [];

    private IReadOnlyList<StructuralSchema> Schemas(string name) => Source[name] is JsonArray list
        ? [.. list.OfType<JsonObject>().Select(item => new StructuralSchema(item))]
        : [];

    private static IReadOnlyDictionary<string, StructuralSchema> ReadProperties(JsonObject? source)
    {
        if (source is null)
        {
            return NoProperties;
        }

        var properties = new SortedDictionary<string, StructuralSchema>(StringComparer.Ordinal);
        foreach (var (name, property) in source)
        {
            properties[name] = new StructuralSchema(property as JsonObject ?? []);
        }

        return properties;
    }

    private static IReadOnlyList<ValidationRule> ReadRules(JsonArray? rules) => rules is null
        ? []
        : [.. rules.OfType<JsonObject>().Select(ValidationRule.Read)];
}
