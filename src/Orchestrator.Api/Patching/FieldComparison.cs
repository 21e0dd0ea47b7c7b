using System.Text.Json.Nodes;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Patching;

/// <summary>What differs between two documents, place by place.</summary>
/// <remarks>Upstream: structured-merge-diff/typed, Compare.</remarks>
internal sealed class FieldComparison
{
    private static readonly FieldSet Nothing = new();

    private FieldComparison(Differences found) => (Added, Modified, Removed) = (found.Added ?? Nothing, found.Modified ?? Nothing, found.Removed ?? Nothing);

    internal FieldSet Added { get; }

    internal FieldSet Modified { get; }

    internal FieldSet Removed { get; }

    internal static FieldComparison Of(JsonObject before, JsonObject after, SchemaNode? schema) => new(Fields(before, after, schema, default));

    /// <summary>The places that a document of server-side apply claims: its leaves, and its list items.</summary>
    internal static FieldSet Claims(JsonObject document, SchemaNode? schema) => Claim(document, schema);

    private static Differences Values(bool had, JsonNode? before, bool has, JsonNode? after, SchemaNode? schema)
    {
        var shape = MergeShapes.Of(schema, after ?? before);
        var isOther = before is not null && after is not null && MergeShapes.Of(schema, before) != shape;
        if (!isOther && (shape == MergeShape.Leaf || (IsBare(before) && IsBare(after))))
        {
            return !had ? new Differences(FieldSet.Leaf, null, null)
                : !has ? new Differences(null, null, FieldSet.Leaf)
                : JsonNode.DeepEquals(before, after) ? default
                : new Differences(null, FieldSet.Leaf, null);
        }

        if (isOther)
        {
            // A map that became a value, or the other way: only where the schema does not know the place. Both of upstream's walks are taken.
            var fields = Fields(before as JsonObject, after as JsonObject, schema, default);
            return fields with { Modified = FieldSet.Leaf };
        }

        var itself = !had ? new Differences(FieldSet.Leaf, null, null) : !has ? new Differences(null, null, FieldSet.Leaf) : default;
        return shape == MergeShape.Fields
            ? Fields(before as JsonObject, after as JsonObject, schema, itself)
            : Items(before as JsonArray, after as JsonArray, schema!, itself);
    }

    private static Differences Fields(JsonObject? before, JsonObject? after, SchemaNode? schema, Differences itself)
    {
        var found = new Branches(itself);
        foreach (var (name, _) in after ?? [])
        {
            found.Put("f:", name, Field(before, after, schema, name));
        }

        foreach (var (name, _) in before ?? [])
        {
            if (after?.ContainsKey(name) != true)
            {
                found.Put("f:", name, Field(before, after, schema, name));
            }
        }

        return found.ToDifferences();
    }

    private static Differences Field(JsonObject? before, JsonObject? after, SchemaNode? schema, string name)
    {
        var had = MergeShapes.TryField(before, schema, name, out var old);
        var has = MergeShapes.TryField(after, schema, name, out var now);
        return Values(had, old, has, now, schema?.Child(name));
    }

    private static Differences Items(JsonArray? before, JsonArray? after, SchemaNode schema, Differences itself)
    {
        var found = new Branches(itself);
        var old = ByStep(before, schema);
        var now = ByStep(after, schema);
        foreach (var (step, item) in now)
        {
            var had = old.TryGetValue(step, out var oldItem);
            found.Put("", step, Values(had, oldItem, has: true, item, schema.Items));
        }

        foreach (var (step, item) in old)
        {
            if (!now.ContainsKey(step))
            {
                found.Put("", step, Values(had: true, item, has: false, after: null, schema.Items));
            }
        }

        return found.ToDifferences();
    }

    /// <remarks>Upstream: toFieldSetWalker. A field is claimed by what is below it; by itself when that is nothing, or when the schema does not name it.</remarks>
    private static FieldSet Claim(JsonNode? value, SchemaNode? schema)
    {
        var shape = MergeShapes.Of(schema, value);
        if (shape == MergeShape.Leaf)
        {
            return FieldSet.Leaf;
        }

        var claims = new FieldSet();
        if (shape == MergeShape.Fields && value is JsonObject members)
        {
            foreach (var (name, member) in members)
            {
                var below = Claim(member, schema?.Child(name));
                var isOwn = member is null or JsonObject { Count: 0 } || schema?.Properties.ContainsKey(name) != true;
                if (isOwn || !below.IsEmpty)
                {
                    claims.Attach("f:" + name, isOwn ? below.AsMember() : below);
                }
            }
        }
        else if (value is JsonArray items)
        {
            foreach (var same in items.GroupBy(item => MergeShapes.Step(schema!, item), StringComparer.Ordinal))
            {
                claims.Attach(same.Key, same.Select(item => Claim(item, schema!.Items)).Aggregate(FieldSet.Union).AsMember());
            }
        }

        return claims;
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

    /// <summary>What differs at one place and below it; null where nothing does.</summary>
    private readonly record struct Differences(FieldSet? Added, FieldSet? Modified, FieldSet? Removed);

    /// <summary>Differences in the making: a set is made only when there is something to put into it.</summary>
    /// <param name="itself">What is the matter with the place itself.</param>
    private struct Branches(Differences itself)
    {
        private FieldSet? added;
        private FieldSet? modified;
        private FieldSet? removed;

        /// <summary>Puts what was found below the place; the step's name is put together only when it is needed.</summary>
        public void Put(string prefix, string name, Differences below)
        {
            if (below == default)
            {
                return;
            }

            var step = prefix + name;
            Put(ref added, itself.Added, step, below.Added);
            Put(ref modified, itself.Modified, step, below.Modified);
            Put(ref removed, itself.Removed, step, below.Removed);
        }

        public readonly Differences ToDifferences() => new(added ?? itself.Added, modified ?? itself.Modified, removed ?? itself.Removed);

        private static void Put(ref FieldSet? set, FieldSet? itself, string step, FieldSet? branch)
        {
            if (branch is not null)
            {
                set ??= new FieldSet { IsMember = itself is not null };
                set.Attach(step, branch);
            }
        }
    }
}
