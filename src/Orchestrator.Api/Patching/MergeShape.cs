using System.Text.Json.Nodes;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Patching;

/// <summary>How a place in a document is owned and merged under server-side apply: as one piece, by field, by key or by value.</summary>
/// <remarks>Upstream: kube-openapi/pkg/schemaconv over the list and map types of the schema.</remarks>
internal enum MergeShape
{
    /// <summary>One piece: scalars, atomic lists and atomic maps.</summary>
    Leaf,

    /// <summary>Field by field.</summary>
    Fields,

    /// <summary>Item by item, told apart by key fields.</summary>
    KeyedItems,

    /// <summary>Item by item, told apart by their values.</summary>
    Values,
}

/// <summary>Reads the shape of a place from its schema, and names the steps below it.</summary>
internal static class MergeShapes
{
    /// <summary>Struct fields that Go's types always carry, so that an object without them has them, only empty.</summary>
    /// <remarks>They are the fields of the API types that are structs and not pointers. Ownership of the struct itself is never recorded.</remarks>
    private static readonly HashSet<string> AlwaysPresent = new(StringComparer.Ordinal)
    {
        "metadata", "spec", "status", "template", "strategy", "updateStrategy", "resources", "state", "lastState", "loadBalancer", "nodeInfo",
        "daemonEndpoints", "kubeletEndpoint", "involvedObject", "source", "regarding", "deprecatedSource", "roleRef", "scaleTargetRef",
        "jobTemplate", "priorityLevelConfiguration", "podSelector", "names", "acceptedNames",
    };

    internal static MergeShape Of(SchemaNode? schema, JsonNode? value)
    {
        if (schema is null || schema.Type == SchemaType.Any)
        {
            // The built-in kinds' free-form values are one piece each; what a custom resource keeps without a schema is told apart.
            var builtIn = schema?.Definition.StartsWith("io.k8s.", StringComparison.Ordinal) ?? false;
            return value is JsonObject && !builtIn ? MergeShape.Fields : MergeShape.Leaf;
        }

        return schema.Type switch
        {
            SchemaType.Object => schema.MapType == "atomic" ? MergeShape.Leaf : MergeShape.Fields,
            SchemaType.Array => OfList(schema),
            _ => MergeShape.Leaf,
        };
    }

    /// <summary>The item's step: its key fields, or its value.</summary>
    internal static string Step(SchemaNode schema, JsonNode? item)
    {
        var keys = Keys(schema);
        if (keys.Count == 0 || item is not JsonObject members)
        {
            return "v:" + (item?.ToJsonString() ?? "null");
        }

        var named = new JsonObject();
        foreach (var key in keys.Order(StringComparer.Ordinal))
        {
            if (members.TryGetPropertyValue(key, out var value) && value is not null)
            {
                named[key] = value.DeepClone();
            }
            else if (schema.Items?.Child(key)?.Default is { } standing)
            {
                named[key] = standing.DeepClone();
            }
            else if (key == "protocol" && schema.Items?.Definition.Length > 0)
            {
                // The only key field of the built-in kinds that has a default.
                named[key] = "TCP";
            }
        }

        return "k:" + named.ToJsonString();
    }

    /// <summary>The value of a field; of a struct that Go always carries, an empty one when it is not written.</summary>
    internal static bool TryField(JsonObject? owner, SchemaNode? schema, string name, out JsonNode? value)
    {
        value = null;
        if (owner is null)
        {
            return false;
        }

        if (owner.TryGetPropertyValue(name, out value))
        {
            return true;
        }

        if (schema is not { IsStruct: true, Definition.Length: > 0 } || schema.Child(name) is not { } field)
        {
            return false;
        }

        if (AlwaysPresent.Contains(name) && field.IsStruct && !(name == "template" && schema.ShortName == "ReplicationControllerSpec"))
        {
            value = new JsonObject();
            return true;
        }

        // A required list without items is there as null; this one is left out although it is required.
        return field.Type == SchemaType.Array && schema.Required.Contains(name) && name != "validationActions";
    }

    private static MergeShape OfList(SchemaNode schema) => schema.ListType switch
    {
        "map" => MergeShape.KeyedItems,
        "set" => MergeShape.Values,
        "atomic" => MergeShape.Leaf,
        _ when !schema.PatchStrategy.Split(',').Contains("merge") => MergeShape.Leaf,
        _ => schema.PatchMergeKey.Length > 0 ? MergeShape.KeyedItems : MergeShape.Values,
    };

    private static IReadOnlyList<string> Keys(SchemaNode schema) =>
        schema.ListMapKeys.Count > 0 ? schema.ListMapKeys : schema.PatchMergeKey.Length > 0 ? [schema.PatchMergeKey] : [];
}
