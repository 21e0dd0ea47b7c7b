using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Patching;

/// <summary>One run of a strategic merge. Both trees belong to the run: values move from the patch into the object.</summary>
internal sealed class StrategicMerge
{
    /// <summary>The first thing that was wrong; the result counts only without it.</summary>
    internal ApiStatus? Failure { get; private set; }

    /// <summary>Merges the patch into the original and returns what takes its place.</summary>
    internal JsonObject Objects(JsonObject original, JsonObject patch, SchemaNode? schema)
    {
        if (patch.TryGetPropertyValue(PatchDirectives.Patch, out var directive) && Text(directive) != "merge")
        {
            return ByDirective(Text(directive), patch);
        }

        patch.Remove(PatchDirectives.Patch);
        RetainKeys(original, patch);
        OrderLists(original, patch, schema);
        foreach (var (key, value) in patch.ToList())
        {
            if (Failure is not null)
            {
                break;
            }

            patch.Remove(key);
            var deletes = PatchDirectives.IsDeleteList(key);
            Field(original, deletes ? key[PatchDirectives.DeleteFromPrimitiveList.Length..] : key, value, schema, deletes);
        }

        return original;
    }

    private void Field(JsonObject original, string name, JsonNode? value, SchemaNode? schema, bool deletes)
    {
        if (value is null)
        {
            original.Remove(name);
            return;
        }

        var field = schema?.Child(name);
        switch (original[name], value)
        {
            case (JsonObject current, JsonObject wanted) when !IsReplaced(field):
                Set(original, name, Objects(current, wanted, field));
                break;
            case (JsonArray current, JsonArray wanted) when deletes || IsMerged(field):
                Set(original, name, Lists(current, wanted, field, deletes));
                break;
            case (_, _) when deletes:
                // There is no list to take items from.
                break;
            default:
                original[name] = PatchDirectives.Plain(value);
                break;
        }
    }

    private JsonObject ByDirective(string directive, JsonObject patch)
    {
        switch (directive)
        {
            case "replace":
                return (JsonObject)PatchDirectives.Plain(patch)!;
            case "delete":
                return [];
            default:
                Refuse($"unknown patch type: {directive} in map: {GoText.Value(patch)}");
                return [];
        }
    }

    /// <summary>$retainKeys: of the original only the fields named stay; the patch may set no others.</summary>
    private void RetainKeys(JsonObject original, JsonObject patch)
    {
        if (!patch.Remove(PatchDirectives.RetainKeys, out var retained))
        {
            return;
        }

        var names = (retained as JsonArray ?? []).Select(Text).ToHashSet(StringComparer.Ordinal);
        var strays = patch.Any(field => field.Value is not null && !names.Contains(field.Key)
            && !PatchDirectives.IsElementOrder(field.Key) && !PatchDirectives.IsDeleteList(field.Key));
        if (retained is not JsonArray || strays)
        {
            Failure ??= Statuses.BadRequest("invalid patch format of retainKeys");
            return;
        }

        foreach (var name in original.Select(field => field.Key).Where(name => !names.Contains(name)).ToList())
        {
            original.Remove(name);
        }
    }

    /// <summary>$setElementOrder: merges the list of that name, if the patch has it, and puts the result in the order asked for.</summary>
    private void OrderLists(JsonObject original, JsonObject patch, SchemaNode? schema)
    {
        foreach (var (directive, value) in patch.Where(field => PatchDirectives.IsElementOrder(field.Key)).ToList())
        {
            patch.Remove(directive);
            var name = directive[PatchDirectives.SetElementOrder.Length..];
            var field = schema?.Child(name);
            if (value is not JsonArray order || (patch[name] is { } listed && listed is not JsonArray))
            {
                Failure ??= Statuses.BadRequest("invalid patch format of setElementOrder list");
                return;
            }

            var current = original[name] as JsonArray;
            var before = new ListOrder(current ?? [], MergeKey(field));
            if (patch[name] is JsonArray wanted)
            {
                patch.Remove(name);
                Set(original, name, current is null ? PatchDirectives.Plain(wanted)! : Lists(current, wanted, field, deletes: false));
            }

            if (Failure is null && original[name] is JsonArray merged)
            {
                Set(original, name, before.Arrange(merged, new ListOrder(order, MergeKey(field))));
            }
        }
    }

    private JsonArray Lists(JsonArray original, JsonArray patch, SchemaNode? schema, bool deletes)
    {
        var key = MergeKey(schema);
        if (original.Concat(patch).Any(item => item is JsonArray))
        {
            Failure ??= PatchResult.DoesNotFit().Failure;
            return original;
        }

        if (original.Concat(patch).FirstOrDefault() is not JsonObject)
        {
            return Scalars(original, patch, deletes);
        }

        if (key.Length == 0)
        {
            Refuse($"cannot merge lists without merge key for {schema?.Items?.Definition}");
            return original;
        }

        var before = new ListOrder(original, key);
        var merged = Items(original, patch, key, schema?.Items, ref before);
        return before.Arrange(merged, new ListOrder(patch, key));
    }

    private static JsonArray Scalars(JsonArray original, JsonArray patch, bool deletes)
    {
        var before = new ListOrder(original, "");
        var order = new ListOrder(patch, "");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var items = deletes ? original.Where(item => order.Place(item) < 0) : original.Concat(patch).Where(item => seen.Add(ListOrder.Text(item)));
        var merged = new JsonArray([.. items.Select(item => item?.DeepClone())]);
        return deletes ? merged : before.Arrange(merged, order);
    }

    private JsonArray Items(JsonArray original, JsonArray patch, string key, SchemaNode? schema, ref ListOrder before)
    {
        var wanted = new List<JsonObject>();
        var replaces = false;
        foreach (var item in patch.OfType<JsonObject>().ToList())
        {
            if (!item.TryGetPropertyValue(PatchDirectives.Patch, out var directive))
            {
                wanted.Add(item);
            }
            else if (Text(directive) == "delete" && item.ContainsKey(key))
            {
                Remove(original, key, item[key]);
                patch.Remove(item);
            }
            else if (Text(directive) == "replace")
            {
                replaces = true;
                patch.Remove(item);
            }
            else
            {
                Refuse(Text(directive) switch
                {
                    "delete" => NoMergeKey(item, key),
                    "merge" => "merging lists cannot yet be specified in the patch",
                    var unknown => $"unknown patch type: {unknown} in map: {GoText.Value(item)}",
                });
            }
        }

        if (replaces)
        {
            original = [];
            before = new ListOrder(original, key);
        }

        foreach (var item in wanted)
        {
            Item(original, item, key, schema);
        }

        return original;
    }

    private void Item(JsonArray original, JsonObject item, string key, SchemaNode? schema)
    {
        if (!item.ContainsKey(key))
        {
            Refuse(NoMergeKey(item, key));
            return;
        }

        // The patch's own list stays whole for the order, so the item is copied.
        var copy = (JsonObject)item.DeepClone();
        for (var i = 0; i < original.Count; i++)
        {
            if (original[i] is JsonObject candidate && ListOrder.Text(candidate[key]) == ListOrder.Text(item[key]))
            {
                var merged = Objects(candidate, copy, schema);
                if (!ReferenceEquals(merged, candidate))
                {
                    original[i] = merged;
                }

                return;
            }
        }

        original.Add(PatchDirectives.Plain(copy));
    }

    private static void Remove(JsonArray items, string key, JsonNode? value)
    {
        for (var i = items.Count - 1; i >= 0; i--)
        {
            if (items[i] is JsonObject item && ListOrder.Text(item[key]) == ListOrder.Text(value))
            {
                items.RemoveAt(i);
            }
        }
    }

    private static void Set(JsonObject target, string name, JsonNode value)
    {
        if (!ReferenceEquals(target[name], value))
        {
            target[name] = value;
        }
    }

    private void Refuse(string message) => Failure ??= new ApiStatus(422, "Invalid", message);

    private static string NoMergeKey(JsonObject item, string key) => $"map: {GoText.Value(item)} does not contain declared merge key: {key}";

    private static bool IsReplaced(SchemaNode? field) => Strategies(field).Contains("replace");

    private static bool IsMerged(SchemaNode? field) => Strategies(field).Contains("merge");

    private static string[] Strategies(SchemaNode? field) => field?.PatchStrategy.Split(',') ?? [];

    private static string MergeKey(SchemaNode? field) => field?.PatchMergeKey ?? "";

    private static string Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
