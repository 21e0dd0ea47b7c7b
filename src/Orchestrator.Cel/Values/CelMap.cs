using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Cel.Values;

/// <summary>A map, or an object of a schema. Hosts derive from it to show data of theirs without copying it.</summary>
public abstract class CelMap : CelValue
{
    public static CelMap Empty { get; } = new DictionaryMap(new Dictionary<CelValue, CelValue>(CelValueComparer.Instance));

    /// <summary>The number of entries.</summary>
    public abstract int Count { get; }

    /// <summary>The keys, in an order that is stable for one value.</summary>
    public abstract IEnumerable<CelValue> Keys { get; }

    public override CelType Type => CelType.AnyMap;

    public override long Size => Count;

    public static CelMap Of(IEnumerable<KeyValuePair<string, CelValue>> entries)
    {
        var map = new Dictionary<CelValue, CelValue>(CelValueComparer.Instance);
        foreach (var (key, value) in entries) map[CelString.Of(key)] = value;
        return new DictionaryMap(map);
    }

    /// <summary>A map over entries with distinct keys; the caller gives the dictionary away.</summary>
    internal static CelMap Over(Dictionary<CelValue, CelValue> entries) => new DictionaryMap(entries);

    /// <summary>The value of a key, or false when it is absent. The value is a <see cref="CelError"/> when the data does not fit its schema.</summary>
    public abstract bool TryGet(CelValue key, [NotNullWhen(true)] out CelValue? value);

    /// <summary>The value of a text key; hosts override it where no <see cref="CelString"/> is needed.</summary>
    public virtual bool TryGet(string key, [NotNullWhen(true)] out CelValue? value) => TryGet(CelString.Of(key), out value);

    public override bool EqualTo(CelValue other)
    {
        if (ReferenceEquals(this, other)) return true;
        if (other is not CelMap map || map.Count != Count) return false;
        foreach (var key in Keys)
        {
            if (!TryGet(key, out var mine) || !map.TryGet(key, out var theirs) || !mine.EqualTo(theirs)) return false;
        }

        return true;
    }

    internal override int Hash()
    {
        var hash = Count;
        foreach (var key in Keys) hash ^= key.Hash();
        return hash;
    }

    private sealed class DictionaryMap(Dictionary<CelValue, CelValue> entries) : CelMap
    {
        public override int Count => entries.Count;

        public override IEnumerable<CelValue> Keys => entries.Keys;

        public override bool TryGet(CelValue key, [NotNullWhen(true)] out CelValue? value) => entries.TryGetValue(key, out value);
    }
}

/// <summary>The map that a comprehension fills; it is never seen by two evaluations.</summary>
internal sealed class AccumulatorMap : CelMap
{
    private readonly Dictionary<CelValue, CelValue> _entries = new(CelValueComparer.Instance);

    public override int Count => _entries.Count;

    public override IEnumerable<CelValue> Keys => _entries.Keys;

    public override bool TryGet(CelValue key, [NotNullWhen(true)] out CelValue? value) => _entries.TryGetValue(key, out value);

    /// <summary>Adds an entry; a key that is there already is an error.</summary>
    public CelValue Insert(CelValue key, CelValue value) =>
        _entries.TryAdd(key, value) ? this : new CelError($"insert failed: key {CelText.Of(key)} already exists");

    /// <summary>The map as the comprehension's result.</summary>
    public CelMap Freeze() => Over(_entries);
}
