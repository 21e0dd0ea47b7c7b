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
    /// <param name="live">The merged object.</param>
    /// <param name="last">What the manager owned before.</param>
    /// <param name="owned">What all managers own now, this one's new configuration included.</param>
    /// <param name="schema">The schema of the place.</param>
    internal static void Prune(JsonNode? live, FieldSet last, FieldSet? owned, SchemaNode? schema)
    {
        switch (live)
        {
            case JsonObject members:
                PruneFields(members, last, owned, schema);
                break;
            case JsonArray items when schema is not null && MergeShapes.Of(schema, items) != MergeShape.Leaf:
                PruneItems(items, last, owned, schema);
                break;
        }
    }

    private static void PruneFields(JsonObject members, FieldSet last, FieldSet? owned, SchemaNode? schema)
    {
        foreach (var (step, below) in last.Children)
        {
            var name = step[2..];
            if (step[0] != 'f' || !members.ContainsKey(name))
            {
                continue;
            }

            var others = owned?.Child(step);
            if (others is null or { IsEmpty: true })
            {
                members.Remove(name);
            }
            else
            {
                Prune(members[name], below, others, schema?.Child(name));
            }
        }
    }

    private static void PruneItems(JsonArray items, FieldSet last, FieldSet? owned, SchemaNode schema)
    {
        for (var i = items.Count - 1; i >= 0; i--)
        {
            var step = MergeShapes.Step(schema, items[i]);
            if (last.Child(step) is not { } below)
            {
                continue;
            }

            var others = owned?.Child(step);
            if (others is null or { IsEmpty: true } && below.IsMember)
            {
                items.RemoveAt(i);
            }
            else
            {
                Prune(items[i], below, others, schema.Items);
            }
        }
    }

    private static JsonNode? Value(JsonNode? live, JsonNode? applied, SchemaNode? schema)
    {
        switch (MergeShapes.Of(schema, applied))
        {
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
