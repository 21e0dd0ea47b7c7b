using System.Collections.Frozen;

namespace Orchestrator.Api.Schema;

/// <summary>The JSON type that a schema asks for.</summary>
public enum SchemaType
{
    /// <summary>Anything: raw extensions, and what a custom resource keeps without knowing it.</summary>
    Any,

    /// <summary>An object with properties or with values of one type.</summary>
    Object,

    /// <summary>An array.</summary>
    Array,

    /// <summary>A string; the format says more.</summary>
    String,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A number.</summary>
    Number,

    /// <summary>True or false.</summary>
    Boolean,
}

/// <summary>The schema of one place in a document, as compact as decoding, pruning, merging and explaining need it.</summary>
/// <remarks>Built-in kinds (from the OpenAPI facts) and custom resources (from structural schemas) share it. Immutable once built.</remarks>
public sealed class SchemaNode
{
    private SchemaNode? target;
    private SchemaType type;
    private string format = "";
    private string definition = "";
    private FrozenDictionary<string, SchemaNode> properties = FrozenDictionary<string, SchemaNode>.Empty;
    private FrozenSet<string> required = FrozenSet<string>.Empty;
    private SchemaNode? items;
    private SchemaNode? additionalProperties;
    private string patchStrategy = "";
    private string patchMergeKey = "";
    private string listType = "";
    private string mapType = "";
    private IReadOnlyList<string> listMapKeys = [];
    private bool preserveUnknown;
    private bool intOrString;
    private System.Text.Json.Nodes.JsonNode? standing;

    /// <summary>Anything goes.</summary>
    public static SchemaNode Any { get; } = new() { PreserveUnknown = true };

    /// <summary>The definition's full name, as in <c>io.k8s.api.core.v1.PodSpec</c>; empty for an anonymous schema.</summary>
    public string Definition { get => target?.Definition ?? definition; init => definition = value; }

    /// <summary>The JSON type.</summary>
    public SchemaType Type { get => target?.Type ?? type; init => type = value; }

    /// <summary>int32, int64, double, byte, date-time, or empty.</summary>
    public string Format { get => target?.Format ?? format; init => format = value; }

    /// <summary>The fields of a struct; empty for maps and scalars.</summary>
    public IReadOnlyDictionary<string, SchemaNode> Properties => target?.Properties ?? properties;

    /// <summary>The fields that must be there.</summary>
    public IReadOnlySet<string> Required => target?.Required ?? required;

    /// <summary>The schema of the items of an array.</summary>
    public SchemaNode? Items { get => target?.Items ?? items; init => items = value; }

    /// <summary>The schema of the values of a map.</summary>
    public SchemaNode? AdditionalProperties { get => target?.AdditionalProperties ?? additionalProperties; init => additionalProperties = value; }

    /// <summary>How strategic merge patches treat the field: merge, replace, retainKeys or a combination; may be empty.</summary>
    public string PatchStrategy { get => Own(patchStrategy, target?.PatchStrategy); init => patchStrategy = value; }

    /// <summary>The field that identifies items under a strategic merge; may be empty.</summary>
    public string PatchMergeKey { get => Own(patchMergeKey, target?.PatchMergeKey); init => patchMergeKey = value; }

    /// <summary>How server-side apply merges a list: atomic, set or map; may be empty.</summary>
    public string ListType { get => Own(listType, target?.ListType); init => listType = value; }

    /// <summary>How server-side apply merges a map: granular or atomic; may be empty.</summary>
    public string MapType { get => Own(mapType, target?.MapType); init => mapType = value; }

    /// <summary>The fields that identify items of a list of type map.</summary>
    public IReadOnlyList<string> ListMapKeys
    {
        get => listMapKeys.Count > 0 ? listMapKeys : target?.ListMapKeys ?? [];
        init => listMapKeys = value;
    }

    /// <summary>True: fields that the schema does not name are kept.</summary>
    public bool PreserveUnknown { get => target?.PreserveUnknown ?? preserveUnknown; init => preserveUnknown = value; }

    /// <summary>True: a number or a string.</summary>
    public bool IntOrString { get => target?.IntOrString ?? intOrString; init => intOrString = value; }

    /// <summary>What stands here when nothing is written, in custom resources: a list's items are told apart by it where a key field is left out.</summary>
    public System.Text.Json.Nodes.JsonNode? Default { get => target?.Default ?? standing; init => standing = value; }

    /// <summary>True: a quantity such as <c>500m</c>.</summary>
    public bool IsQuantity => Definition == "io.k8s.apimachinery.pkg.api.resource.Quantity";

    /// <summary>True: fields are named by the schema, not by the document.</summary>
    public bool IsStruct => Type == SchemaType.Object && AdditionalProperties is null;

    /// <summary>The schema of a field or of a map's value; null when the schema does not know it.</summary>
    public SchemaNode? Child(string name) =>
        Properties.TryGetValue(name, out var child) ? child : AdditionalProperties ?? (PreserveUnknown ? Any : null);

    /// <summary>The name of the definition alone, as in <c>PodSpec</c>.</summary>
    public string ShortName => Definition[(Definition.LastIndexOf('.') + 1)..];

    /// <summary>Fills in a node that others already refer to: definitions refer to each other in circles.</summary>
    internal void Complete(SchemaNode content)
    {
        type = content.type;
        format = content.format;
        properties = content.properties;
        required = content.required;
        items = content.items;
        additionalProperties = content.additionalProperties;
        patchStrategy = content.patchStrategy;
        patchMergeKey = content.patchMergeKey;
        listType = content.listType;
        mapType = content.mapType;
        listMapKeys = content.listMapKeys;
        preserveUnknown = content.preserveUnknown;
        intOrString = content.intOrString;
        standing = content.standing;
        target = content.target;
    }

    internal SchemaNode WithFields(IReadOnlyDictionary<string, SchemaNode> fields, IEnumerable<string> requiredFields)
    {
        properties = fields.ToFrozenDictionary();
        required = requiredFields.ToFrozenSet();
        return this;
    }

    internal SchemaNode WithTarget(SchemaNode referred)
    {
        target = referred;
        return this;
    }

    private static string Own(string own, string? inherited) => own.Length > 0 ? own : inherited ?? "";
}
