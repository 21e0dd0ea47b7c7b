using System.Text.Json.Nodes;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Patching;

/// <summary>Merges an applied configuration into an object, and takes out again what its manager no longer applies.</summary>
/// <remarks>Upstream: structured-merge-diff, typed.Merge and merge.Updater.prune.</remarks>
internal static class AppliedMerge
{
    /// <summary>Merges in place; values are copied out of the configuration.</summary>
    internal static void Merge(JsonObject live, JsonObject applied, SchemaNode? schema)
    {
        foreach (var (name, value) in applied)
        {
            live[name] = Value(live[name], value, schema?.Child(name));
        }
    }

    /// <summary>Takes places out that were applied last and that nobody owns any more.</summary>
    /// <remarks>Upstream: Updater.prune, in its three steps: all that was applied last goes; what somebody owns comes back; and so does what went with its
    /// container although it had not been applied.</remarks>
    /// <param name="merged">The merged object.</param>
    /// <param name="last">What the manager owned before.</param>
    /// <param name="owned">What all managers own now, this one's new configuration included.</param>
    /// <param name="schema">The kind's schema.</param>
    /// <returns>The object without them.</returns>
    internal static JsonObject Pruned(JsonObject merged, FieldSet last, FieldSet owned, SchemaNode? schema)
    {
        if (last.IsEmpty)
        {
            return merged;
        }

        var applied = last.WithNamedFields(schema);
        var all = Places(merged);
        var left = Places(Without(merged, applied, schema, leavesNull: true));
        left = Places(Without(merged, FieldSet.Difference(all, FieldSet.Union(left, owned.WithNamedFields(schema))), schema, leavesNull: true));
        return Without(merged, FieldSet.Intersection(FieldSet.Difference(all, left), applied), schema, leavesNull: false) as JsonObject ?? [];

        FieldSet Places(JsonNode? document) => FieldComparison.Claims(document as JsonObject ?? [], schema).WithNamedFields(schema);
    }

    /// <summary>A value without some places of it. What is one piece has none.</summary>
    /// <param name="value">The value.</param>
    /// <param name="places">The places.</param>
    /// <param name="schema">The schema of the value.</param>
    /// <param name="leavesNull">True: null is left of a container that loses all it has, as upstream leaves it; false: an empty one, which every schema allows.</param>
    private static JsonNode? Without(JsonNode? value, FieldSet places, SchemaNode? schema, bool leavesNull)
    {
        if (places.IsEmpty || MergeShapes.Of(schema, value) == MergeShape.Leaf)
        {
            return value?.DeepClone();
        }

        if (value is JsonObject members)
        {
            var rest = new JsonObject(members.Select(member => (member.Key, member.Value, Place: places.Child("f:" + member.Key)))
                .Where(member => member.Place is not { IsMember: true })
                .Select(member => KeyValuePair.Create(member.Key, Rest(member.Value, member.Place, schema?.Child(member.Key)))));
            return rest.Count == 0 && leavesNull ? null : rest;
        }

        if (value is JsonArray items)
        {
            var rest = new JsonArray([.. items.Select(item => (Item: item, Place: places.Child(MergeShapes.Step(schema!, item))))
                .Where(item => item.Place is not { IsMember: true })
                .Select(item => Rest(item.Item, item.Place, schema?.Items))]);
            return rest.Count == 0 && leavesNull ? null : rest;
        }

        return null;

        JsonNode? Rest(JsonNode? below, FieldSet? belowPlaces, SchemaNode? belowSchema) =>
            belowPlaces is null ? below?.DeepClone() : Without(below, belowPlaces, belowSchema, leavesNull);
    }

    private static JsonNode? Value(JsonNode? live, JsonNode? applied, SchemaNode? schema)
    {
        switch (MergeShapes.Of(schema, applied ?? live))
        {
            case not MergeShape.Leaf when applied is null && live is JsonObject { Count: > 0 } or JsonArray { Count: > 0 }:
                // Null takes nothing out of a container: it is one without items.
                return live.DeepClone();
            case MergeShape.Fields when live is JsonObject members && applied is JsonObject wanted:
                var merged = (JsonObject)members.DeepClone();
                Merge(merged, wanted, schema);
                return merged;
            case MergeShape.KeyedItems or MergeShape.Values when live is JsonArray items && applied is JsonArray wantedItems:
                return Items(items, wantedItems, schema!);
            default:
                return applied?.DeepClone();
        }
    }

    /// <summary>Items of both lists: those that are applied in the order applied, the others where they stood.</summary>
    private static JsonArray Items(JsonArray live, JsonArray applied, SchemaNode schema)
    {
        var left = live.Select(item => (Step: MergeShapes.Step(schema, item), Item: item)).ToList();
        var right = applied.Select(item => (Step: MergeShapes.Step(schema, item), Item: item)).ToList();
        var before = left.GroupBy(item => item.Step, StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.First().Item, StringComparer.Ordinal);
        var wanted = right.Select(item => item.Step).ToHashSet(StringComparer.Ordinal);
        var shared = new Queue<string>(right.Select(item => item.Step).Where(before.ContainsKey));
        var merged = new JsonArray();
        var (l, r) = (0, 0);
        while (l < left.Count || r < right.Count)
        {
            if (l < left.Count && !wanted.Contains(left[l].Step))
            {
                merged.Add(left[l++].Item?.DeepClone());
                continue;
            }

            if (l < left.Count && r < right.Count && left[l].Step != right[r].Step && shared.TryPeek(out var next) && next != left[l].Step)
            {
                // Shared, but its turn is earlier or later by the order applied.
                l++;
                continue;
            }

            if (r == right.Count)
            {
                l++;
                continue;
            }

            var (step, item) = right[r++];
            l += l < left.Count && left[l].Step == step ? 1 : 0;
            if (before.TryGetValue(step, out var old) && shared.TryPeek(out var turn) && turn == step)
            {
                shared.Dequeue();
            }

            merged.Add(Value(old, item, schema.Items));
        }

        return merged;
    }
}
