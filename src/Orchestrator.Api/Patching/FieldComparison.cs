using System.Text.Json.Nodes;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Patching;

/// <summary>What differs between two documents, place by place.</summary>
/// <remarks>Upstream: structured-merge-diff/typed, Compare.</remarks>
internal sealed class FieldComparison
{
    private FieldComparison()
    {
    }

    internal FieldSet Added { get; } = new();

    internal FieldSet Modified { get; } = new();

    internal FieldSet Removed { get; } = new();

    internal static FieldComparison Of(JsonObject before, JsonObject after, SchemaNode? schema)
    {
        var comparison = new FieldComparison();
        comparison.Fields(before, after, schema, new Place(comparison.Added, comparison.Modified, comparison.Removed));
        return comparison;
    }

    /// <summary>The places that a document of server-side apply claims: its leaves, and its list items.</summary>
    internal static FieldSet Claims(JsonObject document, SchemaNode? schema)
    {
        var claims = new FieldSet();
        Claim(document, schema, claims);
        return claims;
    }

    private void Values(bool had, JsonNode? before, bool has, JsonNode? after, SchemaNode? schema, Place place)
    {
        var shape = MergeShapes.Of(schema, after ?? before);
        if (shape == MergeShape.Leaf || (IsBare(before) && IsBare(after)))
        {
            Leaf(had, before, has, after, place);
            return;
        }

        if (shape == MergeShape.Fields)
        {
            Fields(before as JsonObject, after as JsonObject, schema, place);
        }
        else
        {
            Items(before as JsonArray, after as JsonArray, schema!, place);
        }

        if (!had)
        {
            place.Added.IsMember = true;
        }
        else if (!has)
        {
            place.Removed.IsMember = true;
        }
    }

    private static void Leaf(bool had, JsonNode? before, bool has, JsonNode? after, Place place)
    {
        if (!had)
        {
            place.Added.IsMember = true;
        }
        else if (!has)
        {
            place.Removed.IsMember = true;
        }
        else if (!JsonNode.DeepEquals(before, after))
        {
            place.Modified.IsMember = true;
        }
    }

    private void Fields(JsonObject? before, JsonObject? after, SchemaNode? schema, Place place)
    {
        var names = (before ?? []).Select(field => field.Key).Union((after ?? []).Select(field => field.Key), StringComparer.Ordinal);
        foreach (var name in names)
        {
            var had = MergeShapes.TryField(before, schema, name, out var old);
            var has = MergeShapes.TryField(after, schema, name, out var now);
            Values(had, old, has, now, schema?.Child(name), place.Below("f:" + name));
        }
    }

    private void Items(JsonArray? before, JsonArray? after, SchemaNode schema, Place place)
    {
        var old = ByStep(before, schema);
        var now = ByStep(after, schema);
        foreach (var step in old.Keys.Union(now.Keys, StringComparer.Ordinal))
        {
            var had = old.TryGetValue(step, out var oldItem);
            var has = now.TryGetValue(step, out var newItem);
            Values(had, oldItem, has, newItem, schema.Items, place.Below(step));
        }
    }

    private static void Claim(JsonNode? value, SchemaNode? schema, FieldSet place)
    {
        var shape = MergeShapes.Of(schema, value);
        if (shape == MergeShape.Leaf || IsBare(value))
        {
            place.IsMember = true;
            return;
        }

        if (shape == MergeShape.Fields && value is JsonObject members)
        {
            foreach (var (name, member) in members)
            {
                Claim(member, schema?.Child(name), place.At("f:" + name));
            }
        }
        else if (value is JsonArray items)
        {
            foreach (var item in items)
            {
                var below = place.At(MergeShapes.Step(schema!, item));
                Claim(item, schema!.Items, below);
                below.IsMember = true;
            }
        }
    }

    /// <summary>Of items with the same key the first counts; validation refuses them anyway.</summary>
    private static Dictionary<string, JsonNode?> ByStep(JsonArray? items, SchemaNode schema)
    {
        var byStep = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var item in items ?? [])
        {
            byStep.TryAdd(MergeShapes.Step(schema, item), item);
        }

        return byStep;
    }

    /// <summary>Nothing is below: null, {} and [] are owned like scalars, so that their difference is kept.</summary>
    private static bool IsBare(JsonNode? value) => value is not (JsonObject { Count: > 0 } or JsonArray { Count: > 0 });

    /// <summary>The same place in the three sets; empty branches cost little and are never written.</summary>
    private readonly record struct Place(FieldSet Added, FieldSet Modified, FieldSet Removed)
    {
        internal Place Below(string step) => new(Added.At(step), Modified.At(step), Removed.At(step));
    }
}
