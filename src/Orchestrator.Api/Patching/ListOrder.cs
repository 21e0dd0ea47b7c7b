using System.Text.Json.Nodes;

namespace Orchestrator.Api.Patching;

/// <summary>The places of items in a list: by the value of their key, or by themselves when there is none.</summary>
internal readonly struct ListOrder
{
    private readonly Dictionary<string, int> _places;
    private readonly string _key;

    internal ListOrder(JsonArray list, string key)
    {
        _key = key;
        _places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < list.Count; i++)
        {
            _places.TryAdd(Identity(list[i]), i);
        }
    }

    /// <summary>The place of an item; -1 when it is not in the list.</summary>
    internal int Place(JsonNode? item) => _places.GetValueOrDefault(Identity(item), -1);

    /// <summary>Orders a merged list: what the patch names in the patch's order, the rest in this order, between its old neighbours.</summary>
    /// <remarks>Upstream: normalizeElementOrder and mergeSortedSlice. Where the two orders say nothing, the patch's items come first.</remarks>
    internal JsonArray Arrange(JsonArray merged, ListOrder patch)
    {
        var before = this;
        var named = new Queue<JsonNode?>(merged.Where(item => patch.Place(item) >= 0).OrderBy(item => patch.Place(item)));
        var others = new Queue<JsonNode?>(merged.Where(item => patch.Place(item) < 0).OrderBy(item => (uint)before.Place(item)));
        var arranged = new List<JsonNode?>(merged.Count);
        while (named.Count > 0 && others.Count > 0)
        {
            var (theirs, ours) = (Place(others.Peek()), Place(named.Peek()));
            arranged.Add(theirs >= 0 && ours >= 0 && theirs < ours ? others.Dequeue() : named.Dequeue());
        }

        arranged.AddRange(named);
        arranged.AddRange(others);
        merged.Clear();
        return new JsonArray([.. arranged]);
    }

    /// <summary>A value as text, to compare keys of any type.</summary>
    internal static string Text(JsonNode? value) => value?.ToJsonString() ?? "null";

    private string Identity(JsonNode? item) => Text(_key.Length > 0 && item is JsonObject members ? members[_key] : item);
}
