using System.Collections.Concurrent;
using Orchestrator.Api.CustomResources.Rules;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Registry;
using Orchestrator.Api.Schema;
using Orchestrator.Cel.Schemas;

namespace Orchestrator.Api.Admission.Policies;

/// <summary>The shapes of whole objects, by which the expressions of policies are checked.</summary>
/// <remarks>Upstream: the schema resolver of apiserver/pkg/cel/openapi/resolver with SchemaDeclType.</remarks>
internal static class KindShapes
{
    /// <summary>The shapes of built-in kinds, made when they are first asked for; there are only so many kinds.</summary>
    private static readonly ConcurrentDictionary<GroupVersionKind, CelDeclType?> BuiltIn = new();

    /// <summary>The shape of the objects of a kind; null when nothing is known of them.</summary>
    public static CelDeclType? Of(ResourceKind kind) => kind.Custom is { } custom
        ? RuleCompiler.ShapeOf(custom.Schema, isRoot: true).ToDeclType(isResourceRoot: true)?.Named(kind.Kind)
        : BuiltIn.GetOrAdd(kind.GroupVersionKind, static known =>
            OpenApiSchemas.For(known) is { } schema ? Schema(schema, []).ToDeclType(isResourceRoot: true)?.Named(known.Kind) : null);

    private static CelSchema Schema(SchemaNode node, HashSet<string> open)
    {
        if (node.Definition.Length > 0 && !open.Add(node.Definition))
        {
            // A schema within itself, as that of schemas is: what is further inside may be anything.
            return new CelSchema { IntOrString = true };
        }

        var schema = node.Type == SchemaType.Any || node.IntOrString
            ? new CelSchema { IntOrString = true }
            : new CelSchema
            {
                Type = TypeName(node.Type),
                Format = node.Format,
                Items = node.Items is { } items ? Schema(items, open) : null,
                AdditionalProperties = node.AdditionalProperties is { } values ? Schema(values, open) : null,
                Properties = node.Properties.ToDictionary(property => property.Key, property => Schema(property.Value, open), StringComparer.Ordinal),
                Required = node.Required,
            };
        open.Remove(node.Definition);
        return schema;
    }

    private static string TypeName(SchemaType type) => type switch
    {
        SchemaType.Array => "array",
        SchemaType.String => "string",
        SchemaType.Integer => "integer",
        SchemaType.Number => "number",
        SchemaType.Boolean => "boolean",
        _ => "object",
    };
}
