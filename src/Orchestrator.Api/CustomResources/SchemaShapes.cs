using Orchestrator.Api.CustomResources.Schemas;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.CustomResources;

/// <summary>Structural schemas in the form that patches, server-side apply and field ownership share with the built-in kinds.</summary>
internal static class SchemaShapes
{
    private static readonly SchemaNode Text = new() { Type = SchemaType.String };

    /// <summary>The shape of whole objects.</summary>
    public static SchemaNode OfResource(StructuralSchema schema) => Object(schema, isResource: true);

    private static SchemaNode Of(StructuralSchema schema) => schema.Type switch
    {
        _ when schema.IntOrString => new SchemaNode { Type = SchemaType.String, IntOrString = true, Default = schema.Default },
        "object" => Object(schema, schema.IsEmbedded),
        "array" => new SchemaNode
        {
            Type = SchemaType.Array,
            Items = schema.Items is { } items ? Of(items) : SchemaNode.Any,
            ListType = schema.ListType,
            ListMapKeys = schema.ListMapKeys,
        },
        "string" => Scalar(SchemaType.String, schema),
        "integer" => Scalar(SchemaType.Integer, schema),
        "number" => Scalar(SchemaType.Number, schema),
        "boolean" => Scalar(SchemaType.Boolean, schema),
        _ => SchemaNode.Any,
    };

    private static SchemaNode Scalar(SchemaType type, StructuralSchema schema) => new() { Type = type, Default = schema.Default };

    private static SchemaNode Object(StructuralSchema schema, bool isResource)
    {
        var fields = schema.Properties.ToDictionary(property => property.Key, property => Of(property.Value), StringComparer.Ordinal);
        if (isResource)
        {
            fields["apiVersion"] = Text;
            fields["kind"] = Text;
            fields["metadata"] = EmbeddedMetadata.Schema;
        }

        return new SchemaNode
        {
            Type = SchemaType.Object,
            AdditionalProperties = schema.AdditionalProperties is { } values ? Of(values) : null,
            PreserveUnknown = schema.PreserveUnknown || (schema.AllowsAdditional == true && schema.AdditionalProperties is null),
            MapType = schema.MapType,
        }.WithFields(fields, schema.Required);
    }
}
