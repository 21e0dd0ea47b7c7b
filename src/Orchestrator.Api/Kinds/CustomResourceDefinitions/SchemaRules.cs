using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources.Schemas;

namespace Orchestrator.Api.Kinds.CustomResourceDefinitions;

/// <summary>The rules of a version's schema: structural, its defaults sound, and nothing of OpenAPI that Kubernetes does not support.</summary>
/// <remarks>Upstream: validateCustomResourceDefinitionValidation and ValidateCustomResourceDefinitionOpenAPISchema.</remarks>
internal static class SchemaRules
{
    /// <summary>The types of OpenAPI 3.</summary>
    internal static readonly string[] Types = ["array", "boolean", "integer", "number", "object", "string"];

    // The fields of upstream's internal type in its order, by which it goes through a schema's root.
    private static readonly (string Field, string Name, bool Allowed)[] RootFields =
    [
        ("id", "ID", false), ("$schema", "Schema", false), ("$ref", "Ref", false), ("description", "Description", true), ("type", "Type", true), ("nullable", "Nullable", false),
        ("format", "Format", true), ("title", "Title", true), ("default", "Default", false), ("maximum", "Maximum", true), ("exclusiveMaximum", "ExclusiveMaximum", true),
        ("minimum", "Minimum", true), ("exclusiveMinimum", "ExclusiveMinimum", true), ("maxLength", "MaxLength", true), ("minLength", "MinLength", true),
        ("pattern", "Pattern", true), ("maxItems", "MaxItems", true), ("minItems", "MinItems", true), ("uniqueItems", "UniqueItems", true),
        ("multipleOf", "MultipleOf", true), ("enum", "Enum", false), ("maxProperties", "MaxProperties", false), ("minProperties", "MinProperties", false),
        ("required", "Required", true), ("items", "Items", true), ("allOf", "AllOf", false), ("oneOf", "OneOf", false), ("anyOf", "AnyOf", false), ("not", "Not", false),
        ("properties", "Properties", true), ("additionalProperties", "AdditionalProperties", false), ("patternProperties", "PatternProperties", false),
        ("dependencies", "Dependencies", false), ("additionalItems", "AdditionalItems", false), ("definitions", "Definitions", false),
        ("externalDocs", "ExternalDocs", true), ("example", "Example", true), ("x-kubernetes-preserve-unknown-fields", "XPreserveUnknownFields", true),
        ("x-kubernetes-embedded-resource", "XEmbeddedResource", false), ("x-kubernetes-int-or-string", "XIntOrString", false),
        ("x-kubernetes-list-map-keys", "XListMapKeys", false), ("x-kubernetes-list-type", "XListType", false), ("x-kubernetes-map-type", "XMapType", false),
        ("x-kubernetes-validations", "XValidations", true),
    ];

    /// <summary>Validates a schema.</summary>
    /// <param name="schema">The schema.</param>
    /// <param name="path">Where it stands, without <c>openAPIV3Schema</c>.</param>
    /// <param name="hasStatus">True: status is a subresource, whose schema must be found below the root's properties.</param>
    /// <param name="tolerance">Which rules need not be met.</param>
    /// <param name="faults">Where faults go.</param>
    public static void Validate(StructuralSchema schema, string path, bool hasStatus, Tolerance tolerance, Faults faults)
    {
        var root = path + ".openAPIV3Schema";
        if (hasStatus)
        {
            ValidateRoot(schema, root, faults);
        }

        if (schema.Nullable)
        {
            faults.Forbidden(root + ".nullable", "nullable cannot be true at the root");
        }

        var structural = StructuralRules.Faults(schema, root);
        var defaults = structural.Count > 0 ? [] : DefaultRules.Faults(schema, root);
        faults.AddRange(structural);
        faults.AddRange(defaults);
        var found = new SchemaFaults(canCompile: structural.Count + defaults.Count == 0, tolerance)
        {
            SuppressesCosts = tolerance.Schemas.Any(known => JsonNode.DeepEquals(known, schema.Source)),
        };
        Walk(schema, root, new Context(null, false, null, 1), found, isRoot: true);
        faults.AddRange(found.Schema);
        faults.AddRange(found.Rules);
        RuleCosts.ValidateTotal(root, found, faults);
    }

    private static void ValidateRoot(StructuralSchema schema, string path, Faults faults)
    {
        foreach (var (field, name, allowed) in RootFields)
        {
            if (schema.Source[field] is null)
            {
                continue;
            }

            if (name == "Type" && schema.Type != "object")
            {
                faults.Invalid(path + ".type", schema.Type, "only \"object\" is allowed as the type at the root of the schema if the status subresource is enabled");
                return;
            }

            if (!allowed)
            {
                var names = string.Join(' ', RootFields.Where(known => known.Allowed).Select(known => known.Name));
                faults.Invalid(path, schema.Source.DeepClone(), $"only [{names}] fields are allowed at the root of the schema if the status subresource is enabled");
                return;
            }
        }
    }

    /// <param name="NoDefaults">Why no default may stand here; null: one may.</param>
    /// <param name="IsMeta">Inside of apiVersion, kind or metadata of an object.</param>
    /// <param name="Uncorrelatable">The place from which on old and new values cannot be told to belong together; null: they can.</param>
    /// <param name="Cardinality">How many values of this place one object can have; null: nothing bounds it.</param>
    private sealed record Context(string? NoDefaults, bool IsMeta, string? Uncorrelatable, ulong? Cardinality)
    {
        public Context Loses(string path) => Uncorrelatable is null ? this with { Uncorrelatable = path } : this;

        public Context Times(double? bound) => this with { Cardinality = bound is { } most ? Cardinality * (ulong)Math.Max(0, most) : null };
    }

    private static void Walk(StructuralSchema schema, string path, Context context, SchemaFaults found, bool isRoot = false, bool isNested = false)
    {
        var before = found.Schema.Count;
        Own(schema, path, context, found);
        if (schema.AllowsAdditional is not null && schema.Properties.Count > 0 && (schema.AllowsAdditional == false || schema.AdditionalProperties is not null))
        {
            found.Schema.Forbidden(path + ".additionalProperties", "additionalProperties and properties are mutual exclusive");
        }

        if (schema.AdditionalProperties is { } values)
        {
            var below = context.Times(schema.Bound("maxProperties"));
            Walk(values, path + ".additionalProperties", context.IsMeta ? below with { NoDefaults = "inside additionalProperties applying to object metadata" } : below, found, isNested: isNested);
        }

        foreach (var (name, property) in schema.Properties)
        {
            var below = context;
            if ((isRoot || schema.IsEmbedded) && Pruning.IsMeta(name))
            {
                below = below with { IsMeta = true, NoDefaults = isRoot ? "in top-level " + name : below.NoDefaults };
            }

            Walk(property, $"{path}.properties[{name}]", below, found, isNested: isNested);
        }

        WalkJunctors(schema, path, context, found);
        if (schema.Items is { } items)
        {
            Walk(items, path + ".items", (schema.ListType == "map" ? context : context.Loses(path)).Times(schema.Bound("maxItems")), found, isNested: isNested);
        }

        if (schema.Source["x-kubernetes-preserve-unknown-fields"]?.GetValueKind() == System.Text.Json.JsonValueKind.False)
        {
            found.Schema.Invalid(path + ".x-kubernetes-preserve-unknown-fields", false, "must be true or undefined");
        }

        found.Schema.AddRange(ListTypeRules.Faults(schema, path, found.Tolerance));
        RuleRules.ValidateForm(schema, path, found.Schema);
        if (schema.Rules.Count > 0 && !isNested && found.CanCompile && found.Schema.Count == before)
        {
            RuleCosts.Validate(schema, path, isRoot, context.Uncorrelatable, context.Cardinality, found);
        }
    }

    private static void WalkJunctors(StructuralSchema schema, string path, Context context, SchemaFaults found)
    {
        if (schema.Not is { } not)
        {
            Walk(not, path + ".not", context, found, isNested: true);
        }

        foreach (var (name, schemas) in (ReadOnlySpan<(string, IReadOnlyList<StructuralSchema>)>)[("allOf", schema.AllOf), ("oneOf", schema.OneOf), ("anyOf", schema.AnyOf)])
        {
            for (var i = 0; i < schemas.Count; i++)
            {
                Walk(schemas[i], string.Create(CultureInfo.InvariantCulture, $"{path}.{name}[{i}]"), context, found, isNested: true);
            }
        }
    }

    private static void Own(StructuralSchema schema, string path, Context context, SchemaFaults found)
    {
        var faults = found.Schema;
        if (schema.Type == "null")
        {
            faults.NotSupported(path + ".type", schema.Type, Types);
            faults.Forbidden(path + ".type", "type cannot be set to null, use nullable as an alternative");
        }
        else if (schema.Type.Length > 0 && !Types.Contains(schema.Type) && !found.Tolerance.UnknownTypes)
        {
            faults.NotSupported(path + ".type", schema.Type, Types);
        }

        if (schema.Default is not null && context.NoDefaults is { } reason)
        {
            faults.Forbidden(path + ".default", "must not be set " + reason);
        }

        foreach (var field in (string[])["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"])
        {
            if (schema.Source[field] is not (null or JsonObject { Count: 0 }))
            {
                faults.Forbidden($"{path}.{field}", field + " is not supported");
            }
        }

        if (schema.Source["items"] is JsonArray)
        {
            faults.Forbidden(path + ".items", "items must be a schema object and not an array");
        }

        if (context.IsMeta && schema.IsEmbedded)
        {
            faults.Forbidden(path + ".x-kubernetes-embedded-resource", "must not be used inside of resource meta");
        }

        if (schema.Flag("uniqueItems"))
        {
            faults.Forbidden(path + ".uniqueItems", "uniqueItems cannot be set to true since the runtime complexity becomes quadratic");
        }
    }
}

/// <summary>What a walk over a schema found: faults of the schema, and those of its rules, which are only looked for where the schema is sound.</summary>
internal sealed class SchemaFaults(bool canCompile, Tolerance tolerance)
{
    public bool CanCompile => canCompile;

    public Tolerance Tolerance => tolerance;

    public Faults Schema { get; } = [];

    public Faults Rules { get; } = [];

    /// <summary>The estimated costs of the expressions, by their places.</summary>
    public List<(string Path, ulong Cost)> Costs { get; } = [];

    /// <summary>True: the schema stood before, and its expressions' costs were accepted then.</summary>
    public bool SuppressesCosts { get; init; }
}
