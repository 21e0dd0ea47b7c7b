using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources.Schemas;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.CustomResourceDefinitions;

/// <summary>What x-kubernetes-list-type, -list-map-keys and -map-type ask of the schema that they stand in.</summary>
internal static class ListTypeRules
{
    /// <summary>The faults of one place.</summary>
    public static IEnumerable<FieldError> Faults(StructuralSchema schema, string path, Tolerance tolerance)
    {
        foreach (var fault in MapTypeFaults(schema, path))
        {
            yield return fault;
        }

        var hasListType = schema.ListType.Length > 0;
        if (hasListType && schema.Type != "array")
        {
            const string Detail = "must be array if x-kubernetes-list-type is specified";
            yield return schema.Type.Length == 0 ? FieldError.Required(path + ".type", Detail) : FieldError.Invalid(path + ".type", schema.Type, Detail);
        }
        else if (!tolerance.NonAtomicSets)
        {
            foreach (var fault in SetFaults(schema, path))
            {
                yield return fault;
            }
        }

        if (hasListType && schema.ListType is not ("atomic" or "set" or "map"))
        {
            yield return FieldError.NotSupported(path + ".x-kubernetes-list-type", schema.ListType, "atomic", "set", "map");
        }

        if (schema.ListMapKeys.Count > 0 && schema.ListType != "map")
        {
            const string Detail = "must be map if x-kubernetes-list-map-keys is non-empty";
            yield return hasListType
                ? FieldError.Invalid(path + ".x-kubernetes-list-type", schema.ListType, Detail)
                : FieldError.Required(path + ".x-kubernetes-list-type", Detail);
        }

        var rest = (schema.ListType == "map" ? MapListFaults(schema, path) : []).Concat(tolerance.LooseMapKeys ? [] : KeyFaults(schema, path));
        foreach (var fault in rest)
        {
            yield return fault;
        }
    }

    /// <summary>The items of sets are compared as wholes, so they must be wholes.</summary>
    public static IEnumerable<FieldError> SetFaults(StructuralSchema schema, string path)
    {
        const string Detail = "must be atomic as item of a list with x-kubernetes-list-type=set";
        if (schema is not { ListType: "set", Items: { } items })
        {
            yield break;
        }

        if (items.Type == "array" && items.ListType is not ("" or "atomic"))
        {
            yield return FieldError.Invalid(path + ".items.x-kubernetes-list-type", items.ListType, Detail);
        }
        else if (items.Type == "object" && items.MapType != "atomic")
        {
            // Upstream shows the list type here, a slip that clients see as null.
            yield return FieldError.Invalid(path + ".items.x-kubernetes-map-type", items.ListType.Length > 0 ? items.ListType : null, Detail);
        }
    }

    /// <summary>Keys must be there, and items must not be null.</summary>
    public static IEnumerable<FieldError> KeyFaults(StructuralSchema schema, string path)
    {
        if (schema.Items is not { } items || schema.ListType is not ("set" or "map"))
        {
            yield break;
        }

        if (items.Nullable)
        {
            yield return FieldError.Forbidden(path + ".items.nullable", "cannot be nullable when x-kubernetes-list-type is " + schema.ListType);
        }

        foreach (var key in schema.ListType == "map" ? schema.ListMapKeys : [])
        {
            if (!items.Properties.TryGetValue(key, out var property))
            {
                continue;
            }

            if (!items.Required.Contains(key) && property.Default is null)
            {
                yield return FieldError.Required($"{path}.items.properties[{key}].default",
                    "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property");
            }

            if (property.Nullable)
            {
                yield return FieldError.Forbidden($"{path}.items.properties[{key}].nullable", "this property is in x-kubernetes-list-map-keys, so it cannot be nullable");
            }
        }
    }

    private static IEnumerable<FieldError> MapTypeFaults(StructuralSchema schema, string path)
    {
        if (schema.MapType.Length == 0)
        {
            yield break;
        }

        if (schema.Type != "object")
        {
            const string Detail = "must be object if x-kubernetes-map-type is specified";
            yield return schema.Type.Length == 0 ? FieldError.Required(path + ".type", Detail) : FieldError.Invalid(path + ".type", schema.Type, Detail);
        }

        if (schema.MapType is not ("atomic" or "granular"))
        {
            yield return FieldError.NotSupported(path + ".x-kubernetes-map-type", schema.MapType, "atomic", "granular");
        }
    }

    private static IEnumerable<FieldError> MapListFaults(StructuralSchema schema, string path)
    {
        if (schema.ListMapKeys.Count == 0)
        {
            yield return FieldError.Required(path + ".x-kubernetes-list-map-keys", "must not be empty if x-kubernetes-list-type is map");
        }

        if (schema.Items is not { } items)
        {
            yield return FieldError.Required(path + ".items", "must have a schema if x-kubernetes-list-type is map");
            yield break;
        }

        if (items.Type != "object")
        {
            yield return FieldError.Invalid(path + ".items.type", items.Type, "must be object if parent array's x-kubernetes-list-type is map");
            yield break;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var key in schema.ListMapKeys)
        {
            if (!items.Properties.TryGetValue(key, out var property))
            {
                yield return FieldError.Invalid(path + ".x-kubernetes-list-map-keys", Keys(schema), "entries must all be names of item properties");
            }
            else if (property.Type is "array" or "object")
            {
                yield return FieldError.Invalid($"{path}.items.properties[{key}].type", items.Type, "must be a scalar type if parent array's x-kubernetes-list-type is map");
            }

            if (!seen.Add(key))
            {
                yield return FieldError.Invalid(path + ".x-kubernetes-list-map-keys", Keys(schema), "must not contain duplicate entries");
            }
        }
    }

    private static JsonArray Keys(StructuralSchema schema) => new([.. schema.ListMapKeys.Select(key => JsonValue.Create(key))]);
}
