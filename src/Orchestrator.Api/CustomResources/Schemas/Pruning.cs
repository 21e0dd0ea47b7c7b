using System.Globalization;
using System.Text.Json.Nodes;

namespace Orchestrator.Api.CustomResources.Schemas;

/// <summary>Takes away what a schema does not know.</summary>
/// <remarks>Upstream: apiextensions-apiserver/pkg/apiserver/schema/pruning/algorithm.go.</remarks>
public static class Pruning
{
    /// <summary>Prunes in place.</summary>
    /// <param name="value">An object or a value in one.</param>
    /// <param name="schema">Its schema; null knows nothing.</param>
    /// <param name="isResource">True: apiVersion, kind and metadata belong to the object whatever the schema says.</param>
    /// <returns>The paths of what was taken away, sorted.</returns>
    public static IReadOnlyList<string> Prune(JsonNode? value, StructuralSchema? schema, bool isResource)
    {
        var unknown = new SortedSet<string>(StringComparer.Ordinal);
        Prune(value, schema, isResource || schema?.IsEmbedded == true, "", unknown);
        return [.. unknown];
    }

    /// <summary>True for the fields that every object of the API has.</summary>
    internal static bool IsMeta(string name) => name is "apiVersion" or "kind" or "metadata";

    private static void Prune(JsonNode? value, StructuralSchema? schema, bool isResource, string path, SortedSet<string> unknown)
    {
        switch (value)
        {
            case JsonObject members:
                PruneMembers(members, schema, isResource, path, unknown);
                break;
            case JsonArray items:
                for (var index = 0; index < items.Count; index++)
                {
                    Prune(items[index], schema?.Items, schema?.Items?.IsEmbedded == true, string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]"), unknown);
                }

                break;
        }
    }

    private static void PruneMembers(JsonObject members, StructuralSchema? schema, bool isResource, string path, SortedSet<string> unknown)
    {
        foreach (var (name, member) in members.ToList())
        {
            var at = path.Length == 0 ? name : path + "." + name;
            if (isResource && IsMeta(name))
            {
                continue;
            }

            if (schema is not null && schema.Properties.TryGetValue(name, out var property))
            {
                Prune(member, property, property.IsEmbedded, at, unknown);
            }
            else if (schema?.AllowsAdditional is not null)
            {
                Prune(member, schema.AdditionalProperties, schema.AdditionalProperties?.IsEmbedded == true, at, unknown);
            }
            else if (schema is not { PreserveUnknown: true })
            {
                unknown.Add(at);
                members.Remove(name);
            }
        }
    }
}
