using System.Collections.Immutable;
using Orchestrator.Api.Identity;

namespace Orchestrator.Store.Cache;

/// <summary>The objects of one resource at one revision. Never changes: a write makes a new table that shares almost all of the old one.</summary>
/// <remarks>Balanced trees, so that a reader gets a consistent list without a lock and without a copy, and a write costs a logarithm.</remarks>
internal sealed class ResourceTable
{
    /// <summary>No objects.</summary>
    public static readonly ResourceTable Empty = new(
        ImmutableSortedDictionary.Create<string, ImmutableSortedDictionary<string, CachedObject>>(NamespaceOrder.Instance),
        ImmutableDictionary.Create<string, ImmutableHashSet<ObjectKey>>(StringComparer.Ordinal),
        0);

    private static readonly ImmutableSortedDictionary<string, CachedObject> NoNames =
        ImmutableSortedDictionary.Create<string, CachedObject>(StringComparer.Ordinal);

    private readonly ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, CachedObject>> namespaces;

    /// <summary>The objects that name an owner, by the owner's uid.</summary>
    private readonly ImmutableDictionary<string, ImmutableHashSet<ObjectKey>> owned;

    private ResourceTable(
        ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, CachedObject>> namespaces,
        ImmutableDictionary<string, ImmutableHashSet<ObjectKey>> owned,
        int count)
    {
        this.namespaces = namespaces;
        this.owned = owned;
        Count = count;
    }

    /// <summary>How many objects there are.</summary>
    public int Count { get; }

    /// <summary>One object, or null.</summary>
    public CachedObject? Find(string ns, string name) =>
        namespaces.TryGetValue(ns, out var names) && names.TryGetValue(name, out var found) ? found : null;

    /// <summary>The objects of a namespace, or of all with an empty one, in the order of their keys.</summary>
    public CachedObject[] List(string ns)
    {
        if (ns.Length > 0)
        {
            return namespaces.TryGetValue(ns, out var names) ? [.. names.Values] : [];
        }

        var all = new CachedObject[Count];
        var at = 0;
        foreach (var (_, names) in namespaces)
        {
            foreach (var (_, found) in names)
            {
                all[at++] = found;
            }
        }

        return all;
    }

    /// <summary>The objects that name the owner, in the order of their keys.</summary>
    public CachedObject[] OwnedBy(string ownerUid) =>
        owned.TryGetValue(ownerUid, out var keys)
            ? [.. keys
                .OrderBy(key => key.Namespace, NamespaceOrder.Instance)
                .ThenBy(key => key.Name, StringComparer.Ordinal)
                .Select(key => Find(key.Namespace, key.Name)!)]
            : [];

    /// <summary>The table with an object added or replaced.</summary>
    public ResourceTable With(CachedObject added)
    {
        var key = added.Stored.Key;
        var names = namespaces.GetValueOrDefault(key.Namespace, NoNames);
        names.TryGetValue(key.Name, out var before);
        return new ResourceTable(
            namespaces.SetItem(key.Namespace, names.SetItem(key.Name, added)),
            Reowned(key, before?.OwnerUids ?? [], added.OwnerUids),
            before is null ? Count + 1 : Count);
    }

    /// <summary>The table without an object.</summary>
    public ResourceTable Without(ObjectKey key)
    {
        if (Find(key.Namespace, key.Name) is not { } before)
        {
            return this;
        }

        var names = namespaces[key.Namespace].Remove(key.Name);
        return new ResourceTable(
            names.IsEmpty ? namespaces.Remove(key.Namespace) : namespaces.SetItem(key.Namespace, names),
            Reowned(key, before.OwnerUids, []),
            Count - 1);
    }

    private ImmutableDictionary<string, ImmutableHashSet<ObjectKey>> Reowned(ObjectKey key, IReadOnlyList<string> before, IReadOnlyList<string> after)
    {
        if (before.SequenceEqual(after, StringComparer.Ordinal))
        {
            return owned;
        }

        var result = owned;
        foreach (var uid in before.Where(result.ContainsKey))
        {
            var left = result[uid].Remove(key);
            result = left.IsEmpty ? result.Remove(uid) : result.SetItem(uid, left);
        }

        foreach (var uid in after)
        {
            result = result.SetItem(uid, result.GetValueOrDefault(uid, []).Add(key));
        }

        return result;
    }
}
