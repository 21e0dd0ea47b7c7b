using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Patching;

/// <summary>Merges what a manager says an object should be with what others have said, and records who owns what.</summary>
/// <remarks>Upstream: structured-merge-diff/merge (Updater.Apply) and apimachinery/pkg/util/managedfields.</remarks>
public static class ServerSideApply
{
    /// <summary>The manager that what was there before the first apply is recorded under.</summary>
    private const string BeforeFirstApply = "before-first-apply";

    /// <summary>Applies a configuration.</summary>
    /// <param name="live">The object as it stands; null when it is to be created.</param>
    /// <param name="applied">The configuration: what the manager wants, and nothing else. Lacks defaults.</param>
    /// <param name="schema">The kind's schema; null treats every map field by field and every list as one piece.</param>
    /// <param name="writer">Who applies.</param>
    /// <param name="force">Take fields that others own.</param>
    /// <param name="ignored">Top-level fields that this way of writing does not touch, as <c>status</c> when the object itself is applied.</param>
    /// <returns>The merged object with its new metadata.managedFields, without defaults for new fields; or the conflicts (409).</returns>
    public static PatchResult Apply(
        JsonObject? live, JsonObject applied, SchemaNode? schema, FieldWriter writer, bool force, IReadOnlyCollection<string>? ignored = null)
    {
        if (applied["metadata"]?["managedFields"] is not null)
        {
            return PatchResult.Refused(Statuses.BadRequest("metadata.managedFields must be nil"));
        }

        if (writer.Manager.Length == 0)
        {
            return PatchResult.Refused(Statuses.Invalid("meta.k8s.io", "PatchOptions", "", [FieldError.Required("fieldManager", "is required for apply patch")]));
        }

        var config = Without(applied, ignored ?? []);
        var before = live is null ? new JsonObject { ["metadata"] = new JsonObject() } : ManagedFields.Unmanaged(live);
        var owners = Owners(live, before, schema, writer);
        var own = owners.Find(owner => owner.IsApplyOf(writer));
        var last = own?.Fields ?? new FieldSet();
        var claimed = ManagedFields.Owned(FieldComparison.Claims(config, schema));
        var merged = (JsonObject)before.DeepClone();
        AppliedMerge.Merge(merged, config, schema);
        var owned = owners.Where(owner => owner != own).Aggregate(claimed, (all, owner) => FieldSet.Union(all, owner.Fields));
        merged = AppliedMerge.Pruned(merged, last, owned, schema);

        var comparison = FieldComparison.Of(before, merged, schema);
        var changed = ManagedFields.Owned(FieldSet.Union(comparison.Added, comparison.Modified));
        if (!force && Conflicts(owners, own, FieldSet.Difference(changed, LastApplied.Own(before, schema, writer))) is { } conflict)
        {
            return PatchResult.Refused(conflict);
        }

        ManagedFields.TakeAway(owners, comparison, changed, owner => owner != own);
        Record(owners, own, claimed, writer);
        LastApplied.Follow(merged, applied, writer);
        return PatchResult.Of(WithOwners(merged, owners));
    }

    /// <summary>The owners so far. An object without any, that nobody applied yet, belongs to one that stands for all before.</summary>
    private static List<FieldOwner> Owners(JsonObject? live, JsonObject before, SchemaNode? schema, FieldWriter writer)
    {
        var owners = ManagedFields.Read(live?["metadata"]?["managedFields"]) ?? [];
        if (live is not null && owners.Count == 0)
        {
            var earlier = new FieldWriter(BeforeFirstApply, writer.ApiVersion, "", writer.Now);
            owners = ManagedFields.Read(ManagedFields.AfterWrite(null, before, schema, earlier)) ?? [];
        }

        return owners;
    }

    private static void Record(List<FieldOwner> owners, FieldOwner? own, FieldSet claimed, FieldWriter writer)
    {
        if (own is null)
        {
            owners.Add(FieldOwner.Apply(writer, claimed));
        }
        else if (!own.Fields.SetEquals(claimed) || own.ApiVersion != writer.ApiVersion)
        {
            own.Fields = claimed;
            own.ApiVersion = writer.ApiVersion;
            own.Time = writer.Now;
        }
    }

    private static ApiStatus? Conflicts(List<FieldOwner> owners, FieldOwner? own, FieldSet changed)
    {
        var conflicts = owners.Where(owner => owner != own)
            .Select(owner => (Owner: owner.Describe(), Paths: FieldSet.Intersection(owner.Fields, changed).Paths().ToList()))
            .Where(conflict => conflict.Paths.Count > 0)
            .OrderBy(conflict => conflict.Owner, StringComparer.Ordinal)
            .ToList();
        if (conflicts.Count == 0)
        {
            return null;
        }

        var causes = conflicts.SelectMany(conflict =>
            conflict.Paths.Select(path => new StatusCause("FieldManagerConflict", "conflict with " + conflict.Owner, path))).ToList();
        var message = causes.Count == 1
            ? $"Apply failed with 1 conflict: {causes[0].Message}: {causes[0].Field}"
            : string.Create(CultureInfo.InvariantCulture, $"Apply failed with {causes.Count} conflicts: ") + string.Join('\n', conflicts.Select(conflict =>
                $"conflicts with {conflict.Owner}:\n" + string.Join('\n', conflict.Paths.Select(path => "- " + path))));
        return Statuses.ApplyConflict(message, causes);
    }

    private static JsonObject Without(JsonObject applied, IReadOnlyCollection<string> ignored)
    {
        if (!ignored.Any(applied.ContainsKey))
        {
            return applied;
        }

        var copy = (JsonObject)applied.DeepClone();
        foreach (var name in ignored)
        {
            copy.Remove(name);
        }

        return copy;
    }

    private static JsonObject WithOwners(JsonObject merged, List<FieldOwner> owners)
    {
        if (merged["metadata"] is not JsonObject metadata)
        {
            metadata = [];
            merged["metadata"] = metadata;
        }

        metadata.Remove("managedFields");
        if (ManagedFields.Write(owners) is { } entries)
        {
            metadata["managedFields"] = entries;
        }

        return merged;
    }
}
