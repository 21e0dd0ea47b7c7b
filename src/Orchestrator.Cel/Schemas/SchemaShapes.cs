using Orchestrator.Cel.Costs;

namespace Orchestrator.Cel.Schemas;

/// <summary>The shapes of data that schemas describe, with bounds on sizes from what fits into a request.</summary>
/// <remarks>Upstream: SchemaDeclType in pkg/cel/common/schemas.go and the sizes in pkg/cel/limits.go of the apiserver.</remarks>
internal static class SchemaShapes
{
    private const long EmptyText = 2;
    private const long EmptyObject = 2;
    private const long LeastBool = 4;
    private const long LeastNumber = 1;
    private const long LeastDuration = 3;
    private const long LongestDuration = 32;
    private const long Date = 12;
    private const long LeastDateTime = 21;
    private const long LongestDateTime = 32;

    /// <summary>The longest text that fits into a request, without its quotes.</summary>
    private const long LongestText = CelCosts.LargestRequest - EmptyText;

    public static CelDeclType? Of(CelSchema schema, bool isResourceRoot)
    {
        // A union of an int and a text: what it is shows when the expression runs.
        if (schema.IntOrString) return CelDeclType.Simple(CelType.Dyn, 1, schema.MaxLength is { } length ? InBytes(length) : LongestText);
        if (isResourceRoot) schema = schema.WithTypeAndObjectMeta();
        return schema.Type switch
        {
            "array" => List(schema),
            "object" => schema.AdditionalProperties is null ? Object(schema) : Map(schema.AdditionalProperties, schema.MaxProperties),
            "string" => Text(schema),
            "boolean" => CelDeclType.Simple(CelType.Bool, LeastBool, 0),
            "number" => CelDeclType.Simple(CelType.Double, LeastNumber, 0),
            "integer" => CelDeclType.Simple(CelType.Int, LeastNumber, 0),
            _ => null,
        };
    }

    private static CelDeclType? List(CelSchema schema)
    {
        if (schema.Items is null || Of(schema.Items, schema.Items.EmbeddedResource) is not { } element) return null;
        // Brackets around the list, a comma after each element.
        return CelDeclType.List(element, schema.MaxItems is { } most ? Math.Max(0, most) : (CelCosts.LargestRequest - 2) / (element.MinSerializedSize + 1));
    }

    private static CelDeclType? Map(CelSchema values, long? maxProperties)
    {
        if (Of(values, values.EmbeddedResource) is not { } value) return null;
        var key = CelDeclType.Simple(CelType.String, EmptyText, 0);
        // Each entry takes at least two bytes of key, two quotes, a colon and a comma beside its value.
        return CelDeclType.Map(key, value, maxProperties is { } most ? Math.Max(0, most) : (CelCosts.LargestRequest - 2) / (value.MinSerializedSize + 6));
    }

    private static CelDeclType Object(CelSchema schema)
    {
        var fields = new Dictionary<string, CelDeclType>(StringComparer.Ordinal);
        var least = EmptyObject;
        foreach (var (name, property) in schema.Properties ?? new Dictionary<string, CelSchema>())
        {
            if (Of(property, property.EmbeddedResource) is not { } field) continue;
            if (FieldNames.Escape(name) is { } escaped) fields[escaped] = field;
            if (schema.Required.Contains(name) && !property.HasDefault) least += name.Length + field.MinSerializedSize + 4;
        }

        return CelDeclType.Object(fields, least);
    }

    private static CelDeclType Text(CelSchema schema) => schema.Format switch
    {
        "byte" => CelDeclType.Simple(CelType.Bytes, EmptyText, schema.MaxLength is { } bytes ? Math.Max(0, bytes) : LongestText),
        "duration" => CelDeclType.Simple(CelType.Duration, LeastDuration, LongestDuration),
        "date" => CelDeclType.Simple(CelType.Timestamp, Date, Date),
        "date-time" => CelDeclType.Simple(CelType.Timestamp, LeastDateTime, LongestDateTime),
        _ when schema.MaxLength is { } length => CelDeclType.Simple(CelType.String, EmptyText, InBytes(length)),
        _ when schema.Enum.Count > 0 => CelDeclType.Simple(CelType.String, EmptyText, schema.Enum.Max(value => (long)System.Text.Encoding.UTF8.GetByteCount(value))),
        _ => CelDeclType.Simple(CelType.String, EmptyText, LongestText),
    };

    /// <summary>A length in code points as bytes: four for each at most.</summary>
    private static long InBytes(long codePoints) => codePoints > long.MaxValue / 4 ? long.MaxValue : Math.Max(0, codePoints) * 4;
}
