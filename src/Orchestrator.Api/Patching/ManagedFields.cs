using System.Text.Json.Nodes;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Patching;

/// <summary>metadata.managedFields: which manager owns which fields of an object.</summary>
/// <remarks>Upstream: apimachinery/pkg/util/managedfields.</remarks>
public static class ManagedFields
{
    /// <summary>At most so many managers that update are kept apart; the oldest beyond are counted as one, "ancient-changes".</summary>
    private const int UpdaterBound = 10;

    private const string AncientManager = "ancient-changes";

    /// <summary>Fields that nobody owns: the object's identity, and what the server alone writes.</summary>
    private static readonly string[] UnownedMetadata =
        ["f:name", "f:namespace", "f:creationTimestamp", "f:selfLink", "f:uid", "f:clusterName", "f:generation", "f:managedFields", "f:resourceVersion"];

    /// <summary>The ownership after an ordinary write (create, update or patch).</summary>
    /// <param name="live">The object before the write; null when it is new.</param>
    /// <param name="written">The object as it will be stored. What it says itself about ownership counts: one empty entry resets it.</param>
    /// <param name="schema">The kind's schema; null treats every map field by field and every list as one piece.</param>
    /// <param name="writer">Who writes.</param>
    /// <returns>The new metadata.managedFields; null when nobody owns anything.</returns>
    public static JsonArray? AfterWrite(JsonObject? live, JsonObject written, SchemaNode? schema, FieldWriter writer)
    {
        var owners = OwnersBefore(live, written, writer);
        if (live is not null && owners.Count == 0)
        {
            // Nobody ever owned a field of the object, or its record was cleared: ordinary writes do not begin one, an apply does.
            return null;
        }

        // The record of ownership itself is compared as well and then owned by nobody: cheaper than copies without it.
        var comparison = FieldComparison.Of(live ?? Blank(schema), written, schema);
        var changed = FieldSet.Union(Owned(comparison.Added), Owned(comparison.Modified));
        TakeAway(owners, comparison, changed, owner => !owner.IsUpdateOf(writer));
        var own = owners.Find(owner => owner.IsUpdateOf(writer));
        var before = own?.Fields ?? new FieldSet();
        var after = FieldSet.Union(FieldSet.Difference(before, comparison.Removed), changed);
        if (own is null)
        {
            owners.Add(FieldOwner.Update(writer, after));
        }
        else if (!after.SetEquals(before))
        {
            own.Fields = after;
            own.Time = writer.Now;
        }

        return Write(Capped(owners));
    }

    /// <summary>Reads the entries of an object; null when they are not readable.</summary>
    internal static List<FieldOwner>? Read(JsonNode? managedFields)
    {
        var owners = new List<FieldOwner>();
        foreach (var entry in managedFields as JsonArray ?? [])
        {
            if (entry is not JsonObject members || FieldOwner.Read(members) is not { } owner)
            {
                return null;
            }

            owners.Add(owner);
        }

        return owners;
    }

    /// <summary>Writes the entries in upstream's order: appliers first, then by time and name. Who owns nothing has none.</summary>
    internal static JsonArray? Write(IEnumerable<FieldOwner> owners)
    {
        var recorded = owners.Where(owner => !owner.Fields.IsEmpty).ToList();
        return recorded.Count switch
        {
            0 => null,
            1 => [recorded[0].ToJson()],
            _ => [.. Ordered(recorded).Select(owner => (JsonNode?)owner.ToJson())],
        };
    }

    private static IOrderedEnumerable<FieldOwner> Ordered(IEnumerable<FieldOwner> owners) =>
        owners.OrderBy(owner => owner.Operation, StringComparer.Ordinal)
            .ThenBy(owner => owner.Time?.ToUnixTimeSeconds() ?? long.MinValue)
            .ThenBy(owner => owner.Manager, StringComparer.Ordinal)
            .ThenBy(owner => owner.ApiVersion, StringComparer.Ordinal)
            .ThenBy(owner => owner.Subresource, StringComparer.Ordinal);

    /// <summary>Without the fields that nobody owns.</summary>
    internal static FieldSet Owned(FieldSet fields)
    {
        var owned = fields.Without(["f:apiVersion", "f:kind"]);
        if (owned.Child("f:metadata") is { } metadata)
        {
            owned = owned.Without(["f:metadata"]);
            owned.Attach("f:metadata", metadata.Without(UnownedMetadata).Below());
        }

        return owned;
    }

    /// <summary>Takes changed and removed fields from their owners; who owns nothing any more is forgotten.</summary>
    internal static void TakeAway(List<FieldOwner> owners, FieldComparison comparison, FieldSet changed, Predicate<FieldOwner> isOther)
    {
        foreach (var owner in owners.Where(owner => isOther(owner)))
        {
            owner.Fields = FieldSet.Difference(FieldSet.Difference(owner.Fields, changed), comparison.Removed);
        }

        owners.RemoveAll(owner => isOther(owner) && owner.Fields.IsEmpty);
    }

    /// <summary>The object without its record of ownership, which is nobody's.</summary>
    internal static JsonObject Unmanaged(JsonObject document)
    {
        if (document["metadata"]?["managedFields"] is null)
        {
            return document;
        }

        var copy = (JsonObject)document.DeepClone();
        copy["metadata"]!.AsObject().Remove("managedFields");
        return copy;
    }

    private static List<FieldOwner> OwnersBefore(JsonObject? live, JsonObject written, FieldWriter writer)
    {
        if (live is not null && writer.Subresource.Length == 0)
        {
            var said = written["metadata"]?["managedFields"] as JsonArray;
            if (said is [JsonObject { Count: 0 }])
            {
                return [];
            }

            if (Read(said) is { Count: > 0 } owners)
            {
                return owners;
            }
        }

        return Read(live?["metadata"]?["managedFields"]) ?? [];
    }

    /// <summary>What a new object is compared with: one of its kind in which nothing is set.</summary>
    private static JsonObject Blank(SchemaNode? schema)
    {
        var blank = new JsonObject { ["metadata"] = new JsonObject() };
        EmittedFields.Complete(blank, schema);
        return blank;
    }

    private static List<FieldOwner> Capped(List<FieldOwner> owners)
    {
        if (owners.Count <= UpdaterBound)
        {
            return owners;
        }

        var updaters = owners.Where(owner => !owner.IsApplier && owner.Subresource.Length == 0 && owner.Manager != AncientManager)
            .OrderBy(owner => owner.Time ?? DateTimeOffset.MinValue).ToList();
        foreach (var oldest in updaters.Take(Math.Max(0, updaters.Count - UpdaterBound)))
        {
            owners.Remove(oldest);
            var ancient = owners.Find(owner => owner.Manager == AncientManager && owner.ApiVersion == oldest.ApiVersion);
            if (ancient is null)
            {
                owners.Add(oldest.RenamedTo(AncientManager));
            }
            else
            {
                ancient.Fields = FieldSet.Union(ancient.Fields, oldest.Fields);
                ancient.Time = oldest.Time;
            }
        }

        return owners;
    }
}
