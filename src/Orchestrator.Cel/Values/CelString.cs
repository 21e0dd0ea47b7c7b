using System.Text;

namespace Orchestrator.Cel.Values;

/// <summary>A text. Positions and sizes count code points, not UTF-16 units.</summary>
public sealed class CelString : CelValue
{
    private int _size = -1;

    public CelString(string value) => Value = value;

    public static CelString Empty { get; } = new(string.Empty);

    public string Value { get; }

    public override CelType Type => CelType.String;

    /// <summary>The number of code points.</summary>
    public override long Size => _size >= 0 ? _size : _size = CountCodePoints(Value);

    /// <summary>Whether every code point is one UTF-16 unit, so that positions of both agree.</summary>
    internal bool IsNarrow => Size == Value.Length;

    public static CelString Of(string value) => value.Length == 0 ? Empty : new CelString(value);

    public override bool EqualTo(CelValue other) => other is CelString text && text.Value == Value;

    public override string ToString() => Value;

    internal override int Hash() => Value.GetHashCode(StringComparison.Ordinal);

    /// <summary>The order of code points, which differs from UTF-16 order beyond the basic plane.</summary>
    internal static int Compare(string left, string right)
    {
        var shorter = Math.Min(left.Length, right.Length);
        for (var i = 0; i < shorter; i++)
        {
            var (l, r) = (left[i], right[i]);
            if (l == r) continue;
            // A surrogate stands for a code point above every unit that is none.
            var (wideLeft, wideRight) = (char.IsSurrogate(l), char.IsSurrogate(r));
            return wideLeft == wideRight ? (l < r ? -1 : 1) : wideLeft ? 1 : -1;
        }

        return left.Length.CompareTo(right.Length) switch { < 0 => -1, > 0 => 1, _ => 0 };
    }

    private static int CountCodePoints(string value)
    {
        var pairs = 0;
        for (var i = 1; i < value.Length; i++)
        {
            if (char.IsLowSurrogate(value[i]) && char.IsHighSurrogate(value[i - 1])) pairs++;
        }

        return value.Length - pairs;
    }
}

/// <summary>A sequence of bytes.</summary>
public sealed class CelBytes : CelValue
{
    public CelBytes(ReadOnlyMemory<byte> value) => Value = value;

    public ReadOnlyMemory<byte> Value { get; }

    public override CelType Type => CelType.Bytes;

    public override long Size => Value.Length;

    public override bool EqualTo(CelValue other) => other is CelBytes bytes && bytes.Value.Span.SequenceEqual(Value.Span);

    public override string ToString() => Encoding.UTF8.GetString(Value.Span);

    internal override int Hash()
    {
        var hash = default(HashCode);
        hash.AddBytes(Value.Span);
        return hash.ToHashCode();
    }
}
