using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Grains.Events;

/// <summary>A dictionary that forgets what was not used for longest when it is full.</summary>
internal sealed class RecentMap<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> byKey = [];
    private readonly LinkedList<(TKey Key, TValue Value)> byUse = new();

    /// <summary>Finds a value and counts that as a use.</summary>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        if (!byKey.TryGetValue(key, out var node))
        {
            value = default;
            return false;
        }

        byUse.Remove(node);
        byUse.AddFirst(node);
        value = node.Value.Value;
        return true;
    }

    /// <summary>Adds or replaces a value; the least recently used goes when there is no room.</summary>
    public void Set(TKey key, TValue value)
    {
        if (byKey.TryGetValue(key, out var existing))
        {
            byUse.Remove(existing);
        }
        else if (byKey.Count >= capacity)
        {
            byKey.Remove(byUse.Last!.Value.Key);
            byUse.RemoveLast();
        }

        byKey[key] = byUse.AddFirst((key, value));
    }
}
