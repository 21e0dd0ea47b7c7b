using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources.Schemas;
using Orchestrator.Api.CustomResources.Values;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.CustomResourceDefinitions;

/// <summary>What makes a schema structural: every field has its type, said once, outside of logical junctors.</summary>
/// <remarks>Upstream: apiextensions-apiserver/pkg/apiserver/schema (validation.go, complete.go).</remarks>
internal static class StructuralRules
{
    private enum Level
    {
        Root,
        Item,
        Field,
    }

    /// <summary>What keeps a schema from being structural, in the order of the sentences.</summary>
    public static IReadOnlyList<FieldError> Faults(StructuralSchema schema, string path)
    {
        var faults = new Faults();
        Structure(schema, Level.Root, path, faults);
        Completeness(schema, schema, path, path, faults);
        return [.. faults.OrderBy(fault => fault.ToString(), StringComparer.Ordinal)];
    }

    private static void Structure(StructuralSchema schema, Level level, string path, Faults faults)
    {
        if (schema.Type == "array" && schema.Items is null)
        {
            faults.Required(path + ".items", "must be specified");
        }

        if (schema.Items is { } items)
        {
            Structure(items, Level.Item, path + ".items", faults);
        }

        foreach (var (name, property) in schema.Properties)
        {
            Structure(property, Level.Field, Property(path, name), faults);
        }

        if (schema.AllowsAdditional is not null && level == Level.Root)
        {
            faults.Forbidden(path + ".additionalProperties", "must not be used at the root");
        }

        if (schema.AdditionalProperties is { } values)
        {
            Structure(values, Level.Field, path + ".additionalProperties", faults);
        }

        if (schema.IntOrString && schema.PreserveUnknown)
        {
            faults.Invalid(path + ".x-kubernetes-preserve-unknown-fields", true, "must be false if x-kubernetes-int-or-string is true");
        }

        if (schema.IntOrString && schema.IsEmbedded)
        {
            faults.Invalid(path + ".x-kubernetes-embedded-resource", true, "must be false if x-kubernetes-int-or-string is true");
        }

        var skipsFirst = schema.AllOf.Count > 0 && IsIntOrString(schema.AllOf[0]);
        Junctors(schema, IsIntOrString(schema), skipsFirst, path, faults);
        Types(schema, level, path, faults);
        Meta(schema, level, path, faults);
    }

    private static void Types(StructuralSchema schema, Level level, string path, Faults faults)
    {
        const string Embedded = "must be object if x-kubernetes-embedded-resource is true";
        if (schema.IsEmbedded && schema.Type != "object")
        {
            if (schema.Type.Length == 0)
            {
                faults.Required(path + ".type", Embedded);
            }
            else
            {
                faults.Invalid(path + ".type", schema.Type, Embedded);
            }
        }
        else if (schema.Type.Length == 0 && !schema.IntOrString && !schema.PreserveUnknown)
        {
            faults.Required(path + ".type", level switch
            {
                Level.Root => "must not be empty at the root",
                Level.Item => "must not be empty for specified array items",
                _ => "must not be empty for specified object fields",
            });
        }

        if (schema.IsEmbedded && schema.AllowsAdditional is not null)
        {
            faults.Forbidden(path + ".additionalProperties", "must not be used if x-kubernetes-embedded-resource is set");
        }

        if (level == Level.Root && schema.Type.Length > 0 && schema.Type != "object")
        {
            faults.Invalid(path + ".type", schema.Type, "must be object at the root");
        }
    }

    /// <summary>apiVersion, kind and metadata belong to the server: a schema may only restrict names.</summary>
    private static void Meta(StructuralSchema schema, Level level, string path, Faults faults)
    {
        if (level == Level.Root || schema.IsEmbedded)
        {
            foreach (var name in (string[])["kind", "apiVersion"])
            {
                if (schema.Properties.TryGetValue(name, out var property) && property.Type != "string")
                {
                    faults.Invalid(Property(path, name) + ".type", property.Type, "must be string");
                }
            }

            if (schema.Properties.TryGetValue("metadata", out var metadata))
            {
                if (metadata.Type != "object")
                {
                    faults.Invalid(Property(path, "metadata") + ".type", metadata.Type, "must be object");
                }

                if (level == Level.Root && !RestrictsNamesAlone(metadata))
                {
                    faults.Forbidden(Property(path, "metadata"), "must not specify anything other than name and generateName, but metadata is implicitly specified");
                }
            }
        }

        if (schema is { IsEmbedded: true, PreserveUnknown: false, Properties.Count: 0 })
        {
            faults.Required(path + ".properties", "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields");
        }
    }

    private static bool RestrictsNamesAlone(StructuralSchema metadata) =>
        metadata.Properties.Keys.All(name => name is "name" or "generateName")
        && metadata.Source.All(member => member.Key is "type" or "default" or "properties");

    private static void Junctors(StructuralSchema schema, bool skipsAnyOf, bool skipsFirstAllOf, string path, Faults faults)
    {
        if (!skipsAnyOf)
        {
            All(schema.AnyOf, path + ".anyOf", faults);
        }

        for (var i = 0; i < schema.AllOf.Count; i++)
        {
            Nested(schema.AllOf[i], skipsAnyOf: skipsFirstAllOf && i == 0, Index(path + ".allOf", i), faults);
        }

        All(schema.OneOf, path + ".oneOf", faults);
        if (schema.Not is { } not)
        {
            Nested(not, skipsAnyOf: false, path + ".not", faults);
        }

        if (schema.Text("pattern") is { Length: > 0 } pattern && GoPatterns.Fault(pattern) is { } fault)
        {
            faults.Invalid(path + ".pattern", pattern, "must be a valid regular expression, but isn't: " + fault);
        }
    }

    private static void All(IReadOnlyList<StructuralSchema> schemas, string path, Faults faults)
    {
        for (var i = 0; i < schemas.Count; i++)
        {
            Nested(schemas[i], skipsAnyOf: false, Index(path, i), faults);
        }
    }

    /// <summary>Below a junctor stand rules about values and nothing about structure.</summary>
    private static void Nested(StructuralSchema schema, bool skipsAnyOf, string path, Faults faults)
    {
        Junctors(schema, skipsAnyOf, skipsFirstAllOf: false, path, faults);
        if (schema.Items is { } items)
        {
            Nested(items, skipsAnyOf: false, path + ".items", faults);
        }

        foreach (var (name, property) in schema.Properties)
        {
            Nested(property, skipsAnyOf: false, Property(path, name), faults);
        }

        foreach (var (field, detail) in (ReadOnlySpan<(string, string)>)
        [
            ("type", "must be empty to be structural"), ("additionalProperties", "must be undefined to be structural"), ("default", "must be undefined to be structural"),
            ("title", "must be empty to be structural"), ("description", "must be empty to be structural"), ("nullable", "must be false to be structural"),
            ("x-kubernetes-preserve-unknown-fields", "must be false to be structural"), ("x-kubernetes-embedded-resource", "must be false to be structural"),
            ("x-kubernetes-int-or-string", "must be false to be structural"), ("x-kubernetes-list-map-keys", "must be empty to be structural"),
            ("x-kubernetes-list-type", "must be undefined to be structural"), ("x-kubernetes-map-type", "must be undefined to be structural"),
            ("x-kubernetes-validations", "must be empty to be structural"),
        ])
        {
            if (IsSet(schema.Source[field]))
            {
                faults.Forbidden($"{path}.{field}", detail);
            }
        }

        if (schema.Properties.ContainsKey("metadata"))
        {
            faults.Forbidden(Property(path, "metadata"), "must not be specified in a nested context");
        }
    }

    private static bool IsSet(JsonNode? value) => value switch
    {
        null => false,
        JsonArray list => list.Count > 0,
        JsonObject => true,
        _ => value.GetValueKind() switch
        {
            System.Text.Json.JsonValueKind.False => false,
            System.Text.Json.JsonValueKind.String => value.GetValue<string>().Length > 0,
            _ => true,
        },
    };

    /// <summary>Either number or string, said in the one way that is allowed below a junctor.</summary>
    private static bool IsIntOrString(StructuralSchema schema) =>
        schema.AnyOf is [var first, var second]
        && first.Source.Count == 1 && first.Type == "integer" && second.Source.Count == 1 && second.Type == "string";

    /// <summary>What a junctor speaks of must be there outside of it.</summary>
    private static void Completeness(StructuralSchema rules, StructuralSchema? structure, string place, string path, Faults faults)
    {
        if (structure is null)
        {
            faults.Required(place, "because it is defined in " + path);
            return;
        }

        if (rules.Not is { } not)
        {
            NestedCompleteness(not, structure, place, path + ".not", faults);
        }

        foreach (var (name, schemas) in (ReadOnlySpan<(string, IReadOnlyList<StructuralSchema>)>)[("allOf", rules.AllOf), ("anyOf", rules.AnyOf), ("oneOf", rules.OneOf)])
        {
            for (var i = 0; i < schemas.Count; i++)
            {
                NestedCompleteness(schemas[i], structure, place, Index($"{path}.{name}", i), faults);
            }
        }
    }

    private static void NestedCompleteness(StructuralSchema rules, StructuralSchema? structure, string place, string path, Faults faults)
    {
        Completeness(rules, structure, place, path, faults);
        if (structure is null)
        {
            return;
        }

        if (rules.Items is { } items)
        {
            NestedCompleteness(items, structure.Items, place + ".items", path + ".items", faults);
        }

        foreach (var (name, property) in rules.Properties)
        {
            if (structure.Properties.TryGetValue(name, out var known))
            {
                NestedCompleteness(property, known, Property(place, name), Property(path, name), faults);
            }
            else
            {
                faults.Required(Property(place, name), "because it is defined in " + Property(path, name));
            }
        }
    }

    private static string Property(string path, string name) => $"{path}.properties[{name}]";

    private static string Index(string path, int index) => string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]");
}
