using System.Text.Json.Nodes;

namespace Orchestrator.Controllers.Objects;

/// <summary>Merge patches (RFC 7396) that carry only what differs, so that an unchanged status is no write at all.</summary>
internal static class MergePatches
{
    /// <summary>The patch that takes the named fields of <paramref name="current"/> to <paramref name="desired"/>; fields absent from the names are left alone.</summary>
    /// <param name="current">The present object; null: nothing yet.</param>
    /// <param name="desired">Its owned fields; an owned field absent here is removed.</param>
    /// <param name="owned">The fields that the writer owns.</param>
    public static JsonObject Difference(JsonObject? current, JsonObject desired, IEnumerable<string> owned)
    {
        var patch = new JsonObject();
        foreach (var field in owned)
        {
            var before = current?[field];
            var after = desired[field];
            if (!JsonNode.DeepEquals(before, after))
            {
                patch[field] = after is JsonObject wanted && before is JsonObject had
                    ? Difference(had, wanted, had.Select(pair => pair.Key).Union(wanted.Select(pair => pair.Key)).ToList())
                    : after?.DeepClone();
            }
        }

        return patch;
    }

    /// <summary>The same, wrapped as a status patch; null when nothing differs.</summary>
    public static JsonObject? Status(JsonObject? current, JsonObject desired, IEnumerable<string> owned)
    {
        var difference = Difference(current, desired, owned);
        return difference.Count == 0 ? null : new JsonObject { ["status"] = difference };
    }

    /// <summary>Sets a number unless it is zero: upstream leaves zero counts out of a status.</summary>
    public static JsonObject Count(this JsonObject target, string field, long value)
    {
        if (value != 0)
        {
            target[field] = value;
        }

        return target;
    }
}
