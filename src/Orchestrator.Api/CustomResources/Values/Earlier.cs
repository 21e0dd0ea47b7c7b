using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources.Schemas;

namespace Orchestrator.Api.CustomResources.Values;

/// <summary>What stood at a place before, as far as places of two objects can be told to be the same.</summary>
/// <remarks>Upstream: apiserver/pkg/cel/common/equality.go (CorrelatedObject): fields of maps by name, items of lists of type map by key, nothing else.</remarks>
/// <param name="IsKnown">False: nothing is known to have stood there.</param>
/// <param name="Value">What stood there.</param>
internal readonly record struct Earlier(bool IsKnown, JsonNode? Value)
{
    public static Earlier None => default;

    public static Earlier Of(JsonNode? value) => new(true, value);

    /// <summary>What stood in a field.</summary>
    public Earlier Member(string name) =>
        IsKnown && Value is JsonObject members && members.TryGetPropertyValue(name, out var member) ? Of(member) : None;

    /// <summary>What an item was.</summary>
    public Earlier Item(JsonNode? item, StructuralSchema list)
    {
        if (!IsKnown || list.ListType != "map" || Value is not JsonArray items || ListInvariants.KeyOf(item, list) is not { } key)
        {
            return None;
        }

        foreach (var candidate in items)
        {
            if (JsonNode.DeepEquals(ListInvariants.KeyOf(candidate, list), key))
            {
                return Of(candidate);
            }
        }

        return None;
    }
}
