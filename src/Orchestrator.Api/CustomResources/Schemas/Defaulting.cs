using System.Text.Json.Nodes;

namespace Orchestrator.Api.CustomResources.Schemas;

/// <summary>Fills in a schema's defaults and takes away the nulls that it does not allow.</summary>
/// <remarks>Upstream: apiextensions-apiserver/pkg/apiserver/schema/defaulting (algorithm.go, prunenulls.go). Idempotent.</remarks>
public static class Defaulting
{
    /// <summary>Completes a value in place.</summary>
    public static void Complete(JsonNode? value, StructuralSchema? schema)
    {
        if (schema is null)
        {
            return;
        }

        switch (value)
        {
            case JsonObject members:
                AddDefaults(members, schema);
                CompleteMembers(members, schema);
                break;
            case JsonArray items:
                for (var index = 0; index < items.Count; index++)
                {
                    if (IsForbiddenNull(items[index], schema.Items) && schema.Items!.Default is { } standing)
                    {
                        items[index] = standing.DeepClone();
                    }

                    Complete(items[index], schema.Items);
                }

                break;
        }
    }

    private static void AddDefaults(JsonObject members, StructuralSchema schema)
    {
        foreach (var (name, property) in schema.Properties)
        {
            if (property.Default is { } standing && (!members.TryGetPropertyValue(name, out var value) || IsForbiddenNull(value, property)))
            {
                members[name] = standing.DeepClone();
            }
        }
    }

    private static void CompleteMembers(JsonObject members, StructuralSchema schema)
    {
        foreach (var (name, member) in members.ToList())
        {
            var known = schema.Child(name);
            if (!IsForbiddenNull(member, known))
            {
                Complete(member, known);
            }
            else if (known!.Default is { } standing)
            {
                members[name] = standing.DeepClone();
                Complete(members[name], known);
            }
            else
            {
                members.Remove(name);
            }
        }
    }

    private static bool IsForbiddenNull(JsonNode? value, StructuralSchema? schema) => value is null && schema is { Nullable: false };
}
