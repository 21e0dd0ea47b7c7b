using System.Text.Json;
using Orchestrator.Api.Identity;

namespace Orchestrator.Api.Schema;

/// <summary>The schemas of the built-in kinds, read once from the embedded OpenAPI document.</summary>
public sealed class OpenApiSchemas
{
    private const string ResourceName = "Orchestrator.Api.Schemas.openapi-1.36.json";

    private static readonly Lazy<OpenApiSchemas> Loaded = new(Read);

    private readonly Dictionary<string, SchemaNode> definitions = new(StringComparer.Ordinal);
    private readonly Dictionary<GroupVersionKind, SchemaNode> kinds = [];

    private OpenApiSchemas()
    {
    }

    /// <summary>The schema of a built-in kind, or null.</summary>
    public static SchemaNode? For(GroupVersionKind kind) => Loaded.Value.kinds.GetValueOrDefault(kind);

    /// <summary>A definition by its full name, as in <c>io.k8s.api.core.v1.PodSpec</c>, or null.</summary>
    public static SchemaNode? Definition(string name) => Loaded.Value.definitions.GetValueOrDefault(name);

    /// <summary>The facts themselves, definitions and paths: what the documents for clients are made from.</summary>
    public static Stream OpenFacts() => typeof(OpenApiSchemas).Assembly.GetManifestResourceStream(ResourceName)
        ?? throw new InvalidOperationException($"the embedded resource {ResourceName} is missing");

    private static OpenApiSchemas Read()
    {
        using var stream = OpenFacts();
        using var document = JsonDocument.Parse(stream);
        var schemas = new OpenApiSchemas();
        var elements = document.RootElement.GetProperty("definitions").EnumerateObject().ToList();
        foreach (var element in elements)
        {
            schemas.definitions[element.Name] = new SchemaNode { Definition = element.Name };
        }

        foreach (var element in elements)
        {
            var node = schemas.definitions[element.Name];
            node.Complete(schemas.ReadNode(element.Value, element.Name));
            schemas.AddKinds(element.Value, node);
        }

        return schemas;
    }

    private void AddKinds(JsonElement element, SchemaNode node)
    {
        if (!element.TryGetProperty("x-kubernetes-group-version-kind", out var listed))
        {
            return;
        }

        foreach (var kind in listed.EnumerateArray())
        {
            kinds.TryAdd(new GroupVersionKind(Text(kind, "group"), Text(kind, "version"), Text(kind, "kind")), node);
        }
    }

    private SchemaNode ReadNode(JsonElement element, string definition = "")
    {
        if (element.TryGetProperty("$ref", out var reference))
        {
            var referred = definitions[reference.GetString()!["#/definitions/".Length..]];
            return element.EnumerateObject().Count() == 1 ? referred : ReadOwn(element, definition).WithTarget(referred);
        }

        return ReadOwn(element, definition);
    }

    private SchemaNode ReadOwn(JsonElement element, string definition)
    {
        var fields = new Dictionary<string, SchemaNode>(StringComparer.Ordinal);
        if (element.TryGetProperty("properties", out var properties))
        {
            foreach (var property in properties.EnumerateObject())
            {
                fields[property.Name] = ReadNode(property.Value);
            }
        }

        var values = element.TryGetProperty("additionalProperties", out var additional) && additional.ValueKind == JsonValueKind.Object;
        var format = Text(element, "format");
        var type = TypeOf(Text(element, "type"));
        var anything = type == SchemaType.Any || IsOpaque(definition);
        return new SchemaNode
        {
            Type = anything ? SchemaType.Any : type,
            Format = format,
            Items = element.TryGetProperty("items", out var items) ? ReadNode(items) : null,
            AdditionalProperties = values ? ReadNode(additional) : null,
            PatchStrategy = Text(element, "x-kubernetes-patch-strategy"),
            PatchMergeKey = Text(element, "x-kubernetes-patch-merge-key"),
            ListType = Text(element, "x-kubernetes-list-type"),
            MapType = Text(element, "x-kubernetes-map-type"),
            ListMapKeys = element.TryGetProperty("x-kubernetes-list-map-keys", out var keys)
                ? [.. keys.EnumerateArray().Select(key => key.GetString()!)]
                : [],
            PreserveUnknown = anything,
            IntOrString = format == "int-or-string",
        }.WithFields(fields, element.TryGetProperty("required", out var required) ? required.EnumerateArray().Select(name => name.GetString()!) : []);
    }

    // Declared as objects without fields, they keep what they are given; any other struct without fields keeps nothing.
    private static bool IsOpaque(string definition) => definition is
        "io.k8s.apimachinery.pkg.runtime.RawExtension" or
        "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1" or
        "io.k8s.apimachinery.pkg.apis.meta.v1.Patch";

    private static SchemaType TypeOf(string type) => type switch
    {
        "object" => SchemaType.Object,
        "array" => SchemaType.Array,
        "string" => SchemaType.String,
        "integer" => SchemaType.Integer,
        "number" => SchemaType.Number,
        "boolean" => SchemaType.Boolean,
        _ => SchemaType.Any,
    };

    private static string Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
}
