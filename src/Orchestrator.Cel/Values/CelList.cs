namespace Orchestrator.Cel.Values;

/// <summary>A list. Hosts derive from it to show data of theirs without copying it.</summary>
public abstract class CelList : CelValue
{
    /// <summary>The number of elements.</summary>
    public abstract int Count { get; }

    /// <summary>The element at a position below <see cref="Count"/>; a <see cref="CelError"/> when the data does not fit its schema.</summary>
    public abstract CelValue this[int index] { get; }

    public override CelType Type => CelType.AnyList;

    public override long Size => Count;

    public static CelList Of(params CelValue[] elements) => new ArrayList(elements);

    public static CelList Of(IEnumerable<CelValue> elements) => new ArrayList([.. elements]);

    /// <summary>The meaning of <c>this + other</c>: concatenation, unless the list is a set or a map of a schema.</summary>
    public virtual CelValue Concat(CelList other)
    {
        if (other.Count == 0) return this;
        if (Count == 0) return other;
        return new ConcatList(this, other);
    }

    /// <summary>The meaning of <c>value in this</c>.</summary>
    public virtual CelValue Contains(CelValue value)
    {
        for (var i = 0; i < Count; i++)
        {
            if (this[i].EqualTo(value)) return CelBool.True;
        }

        return CelBool.False;
    }

    public override bool EqualTo(CelValue other)
    {
        if (ReferenceEquals(this, other)) return true;
        if (other is not CelList list || list.Count != Count) return false;
        for (var i = 0; i < Count; i++)
        {
            if (!this[i].EqualTo(list[i])) return false;
        }

        return true;
    }

    internal override int Hash()
    {
        var hash = default(HashCode);
        for (var i = 0; i < Count; i++) hash.Add(this[i].Hash());
        return hash.ToHashCode();
    }

    private sealed class ArrayList(CelValue[] elements) : CelList
    {
        public override int Count => elements.Length;

        public override CelValue this[int index] => elements[index];
    }

    /// <summary>Two lists seen as one; joins that would nest too deep are copied, so reading stays flat.</summary>
    private sealed class ConcatList : CelList
    {
        private const int DeepestNesting = 16;
        private readonly CelList _head;
        private readonly CelList _tail;
        private readonly int _depth;

        public ConcatList(CelList head, CelList tail)
        {
            var depth = 1 + Math.Max((head as ConcatList)?._depth ?? 0, (tail as ConcatList)?._depth ?? 0);
            (_head, _tail, _depth) = depth > DeepestNesting ? (Flat(head), Flat(tail), 1) : (head, tail, depth);
            Count = head.Count + tail.Count;
        }

        public override int Count { get; }

        public override CelValue this[int index] => index < _head.Count ? _head[index] : _tail[index - _head.Count];

        private static ArrayList Flat(CelList list)
        {
            var elements = new CelValue[list.Count];
            for (var i = 0; i < elements.Length; i++) elements[i] = list[i];
            return new ArrayList(elements);
        }
    }
}

/// <summary>The list that a comprehension fills; it is never seen by two evaluations.</summary>
internal sealed class AccumulatorList : CelList
{
    private readonly List<CelValue> _elements = [];

    public override int Count => _elements.Count;

    public override CelValue this[int index] => _elements[index];

    public override CelValue Concat(CelList other)
    {
        for (var i = 0; i < other.Count; i++) _elements.Add(other[i]);
        return this;
    }

    /// <summary>The list as the comprehension's result.</summary>
    public CelList Freeze() => Of([.. _elements]);
}
