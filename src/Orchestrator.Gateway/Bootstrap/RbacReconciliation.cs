using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Authorization;

namespace Orchestrator.Gateway.Bootstrap;

/// <summary>Brings a default role or binding back to at least what it must grant; what an administrator added stays.</summary>
/// <remarks>Upstream: component-helpers/auth/rbac/reconciliation. Pure: from what is stored and what is wanted to what must be written.</remarks>
internal static class RbacReconciliation
{
    /// <summary>An object whose annotation says "false" is left alone.</summary>
    public const string AutoUpdateAnnotation = "rbac.authorization.kubernetes.io/autoupdate";

    /// <summary>The stored object with what it lacks, or null when it lacks nothing or may not be touched.</summary>
    public static JsonObject? Completed(JsonObject stored, JsonObject wanted)
    {
        if ((string?)stored["metadata"]?["annotations"]?[AutoUpdateAnnotation] == "false")
        {
            return null;
        }

        var completed = (JsonObject)stored.DeepClone();
        var changed = Merge(completed, wanted, "labels") | Merge(completed, wanted, "annotations");
        if (wanted["aggregationRule"] is JsonObject aggregation)
        {
            changed |= AddSelectors(completed, aggregation);
        }
        else
        {
            changed |= AddRules(completed, wanted);
        }

        return changed | AddMissing(completed, wanted, "subjects") ? completed : null;
    }

    /// <summary>True when a binding points at another role than it must: then it is made anew, for that never changes in place.</summary>
    public static bool MustReplace(JsonObject stored, JsonObject wanted) =>
        wanted["roleRef"] is { } role && !JsonNode.DeepEquals(stored["roleRef"], role)
        && (string?)stored["metadata"]?["annotations"]?[AutoUpdateAnnotation] != "false";

    private static bool Merge(JsonObject completed, JsonObject wanted, string member)
    {
        if (wanted["metadata"]?[member] is not JsonObject entries)
        {
            return false;
        }

        var metadata = (JsonObject)completed["metadata"]!;
        var present = metadata[member] as JsonObject;
        metadata[member] = present ??= [];
        var changed = false;
        foreach (var (name, value) in entries)
        {
            // A value that was changed on purpose stays; only what is missing is added.
            if (!present.ContainsKey(name))
            {
                present[name] = value!.DeepClone();
                changed = true;
            }
        }

        return changed;
    }

    private static bool AddRules(JsonObject completed, JsonObject wanted)
    {
        if (wanted["rules"] is not JsonArray rules)
        {
            return false;
        }

        var owned = Rules(completed);
        var missing = rules.Where((_, index) => !PolicyRule.Cover(owned, Rules(wanted)[index])).Select(rule => rule!.DeepClone()).ToList();
        return Append(completed, "rules", missing);
    }

    private static bool AddSelectors(JsonObject completed, JsonObject aggregation)
    {
        var rule = completed["aggregationRule"] as JsonObject;
        completed["aggregationRule"] = rule ??= [];
        return AddMissing(rule, aggregation, "clusterRoleSelectors");
    }

    private static bool AddMissing(JsonObject completed, JsonObject wanted, string member)
    {
        if (wanted[member] is not JsonArray items)
        {
            return false;
        }

        var present = completed[member] as JsonArray ?? [];
        return Append(completed, member, items.Where(item => !present.Any(other => JsonNode.DeepEquals(other, item))).Select(item => item!.DeepClone()).ToList());
    }

    private static bool Append(JsonObject completed, string member, List<JsonNode> missing)
    {
        if (missing.Count == 0)
        {
            return false;
        }

        var present = completed[member] as JsonArray;
        completed[member] = present ??= [];
        missing.ForEach(present.Add);
        return true;
    }

    private static PolicyRule[] Rules(JsonObject role)
    {
        using var document = JsonSerializer.SerializeToDocument(role);
        return PolicyRule.ReadAll(document.RootElement);
    }
}
