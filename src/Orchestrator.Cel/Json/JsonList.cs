using System.Text.Json.Nodes;
using Orchestrator.Cel.Schemas;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Json;

/// <summary>A JSON array.</summary>
internal sealed class JsonList(JsonArray json, CelSchema? items) : CelList
{
    public override int Count => json.Count;

    public override CelValue this[int index] => items is null ? JsonCel.ToValue(json[index]) : JsonCel.ToValue(json[index], items);
}

/// <summary>Data that a schema preserves without describing it; it can only be compared.</summary>
internal sealed class JsonUnknown(JsonNode json) : CelOpaque
{
    private static readonly CelType Unknown = CelType.Opaque("unknown");

    public override CelType Type => Unknown;

    public override bool EqualTo(CelValue other) => other is JsonUnknown unknown && unknown.Matches(json);

    internal override int Hash() => 5;

    private bool Matches(JsonNode other) => JsonNode.DeepEquals(json, other);
}

/// <summary>A list that is a set: the order does not count, and <c>+</c> is the union.</summary>
/// <remarks>Upstream: unstructuredSetList in pkg/cel/common/values.go.</remarks>
internal sealed class SetList(CelList elements) : CelList
{
    private HashSet<CelValue>? _set;

    public override int Count => elements.Count;

    public override CelValue this[int index] => elements[index];

    private HashSet<CelValue> Elements => _set ??= new HashSet<CelValue>(Enumerable.Range(0, Count).Select(i => elements[i]), CelValueComparer.Instance);

    public override bool EqualTo(CelValue other) =>
        other is CelList list && list.Count == Count && Enumerable.Range(0, Count).All(i => Elements.Contains(list[i]));

    public override CelValue Contains(CelValue value) => CelBool.Of(Elements.Contains(value));

    public override CelValue Concat(CelList other)
    {
        var seen = new HashSet<CelValue>(Elements, CelValueComparer.Instance);
        var union = Enumerable.Range(0, Count).Select(i => elements[i]).Concat(Enumerable.Range(0, other.Count).Select(i => other[i]).Where(seen.Add));
        return new SetList(Of([.. union]));
    }
}

/// <summary>A list that is a map by fields of its elements: the order does not count, and <c>+</c> replaces elements of the same key.</summary>
/// <remarks>Upstream: unstructuredMapList in pkg/cel/common/values.go.</remarks>
internal sealed class KeyedList(CelList elements, string[] keys) : CelList
{
    private Dictionary<CelValue, int>? _positions;

    public override int Count => elements.Count;

    public override CelValue this[int index] => elements[index];

    private Dictionary<CelValue, int> Positions
    {
        get
        {
            if (_positions is not null) return _positions;
            var positions = new Dictionary<CelValue, int>(Count, CelValueComparer.Instance);
            for (var i = 0; i < Count; i++) positions[Key(elements[i])] = i;
            return _positions = positions;
        }
    }

    public override bool EqualTo(CelValue other)
    {
        if (other is not CelList list || list.Count != Count) return false;
        for (var i = 0; i < list.Count; i++)
        {
            var element = list[i];
            if (!Positions.TryGetValue(Key(element), out var position) || !elements[position].EqualTo(element)) return false;
        }

        return true;
    }

    public override CelValue Concat(CelList other)
    {
        var merged = Enumerable.Range(0, Count).Select(i => elements[i]).ToList();
        var positions = new Dictionary<CelValue, int>(Positions, CelValueComparer.Instance);
        for (var i = 0; i < other.Count; i++)
        {
            var element = other[i];
            if (positions.TryGetValue(Key(element), out var position))
            {
                merged[position] = element;
                continue;
            }

            positions.Add(Key(element), merged.Count);
            merged.Add(element);
        }

        return new KeyedList(Of([.. merged]), keys);
    }

    private CelValue Key(CelValue element)
    {
        if (element is not CelMap map) return element;
        var parts = new CelValue[keys.Length];
        for (var i = 0; i < parts.Length; i++) parts[i] = map.TryGet(keys[i], out var part) ? part : CelNull.Instance;
        return parts.Length == 1 ? parts[0] : Of(parts);
    }
}
