namespace Orchestrator.Api.Schema;

/// <summary>The Go type behind a schema: decoding errors name it.</summary>
internal static class GoTypes
{
    public static string Name(SchemaNode schema) => schema.Type switch
    {
        SchemaType.String => schema.Format == "byte" ? "[]uint8" : "string",
        SchemaType.Integer => schema.Format.Length > 0 ? schema.Format : "int64",
        SchemaType.Number => "float64",
        SchemaType.Boolean => "bool",
        SchemaType.Array => "[]" + (schema.Items is null ? "interface {}" : Name(schema.Items)),
        SchemaType.Object when schema.AdditionalProperties is not null => "map[string]" + Name(schema.AdditionalProperties),
        SchemaType.Object => Qualified(schema.Definition),
        _ => "interface {}",
    };

    // io.k8s.api.core.v1.PodSpec is v1.PodSpec in Go.
    private static string Qualified(string definition)
    {
        var parts = definition.Split('.');
        return parts.Length < 2 ? definition : parts[^2] + "." + parts[^1];
    }
}
