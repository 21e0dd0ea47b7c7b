using System.Globalization;

namespace Orchestrator.Cel.Values;

/// <summary>A signed 64-bit integer; arithmetic that leaves the range is an error.</summary>
public sealed class CelInt : CelValue
{
    private const long FirstCached = -128;
    private const long LastCached = 1023;
    private static readonly CelInt[] Cached = [.. Enumerable.Range((int)FirstCached, (int)(LastCached - FirstCached + 1)).Select(value => new CelInt(value))];

    private CelInt(long value) => Value = value;

    public long Value { get; }

    public override CelType Type => CelType.Int;

    public static CelInt Of(long value) => value is >= FirstCached and <= LastCached ? Cached[value - FirstCached] : new CelInt(value);

    public override bool EqualTo(CelValue other) => other is CelInt number ? number.Value == Value : CelNumber.Compare(this, other) == 0;

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    internal override int Hash() => Value.GetHashCode();
}

/// <summary>An unsigned 64-bit integer; arithmetic that leaves the range is an error.</summary>
public sealed class CelUint : CelValue
{
    private CelUint(ulong value) => Value = value;

    public ulong Value { get; }

    public override CelType Type => CelType.Uint;

    public static CelUint Of(ulong value) => new(value);

    public override bool EqualTo(CelValue other) => CelNumber.Compare(this, other) == 0;

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    internal override int Hash() => Value <= long.MaxValue ? ((long)Value).GetHashCode() : Value.GetHashCode();
}

/// <summary>An IEEE 754 double.</summary>
public sealed class CelDouble : CelValue
{
    private CelDouble(double value) => Value = value;

    public double Value { get; }

    public override CelType Type => CelType.Double;

    public static CelDouble Of(double value) => new(value);

    public override bool EqualTo(CelValue other) => CelNumber.Compare(this, other) == 0;

    public override string ToString() => CelText.Of(this);

    internal override int Hash() => Value switch
    {
        >= CelNumber.LongFloor and < CelNumber.LongCeiling when Math.Floor(Value) == Value => ((long)Value).GetHashCode(),
        >= CelNumber.LongCeiling and < CelNumber.UlongCeiling => ((ulong)Value).GetHashCode(),
        _ => Value.GetHashCode(),
    };
}

/// <summary>Numbers of different types on one number line.</summary>
internal static class CelNumber
{
    /// <summary>-2^63, the least double that is an int.</summary>
    public const double LongFloor = -9223372036854775808.0;

    /// <summary>2^63, the least double above every int.</summary>
    public const double LongCeiling = 9223372036854775808.0;

    /// <summary>2^64, the least double above every uint.</summary>
    public const double UlongCeiling = 18446744073709551616.0;

    /// <summary>The order of two numbers as -1, 0 or 1; null when one is no number, or not a number.</summary>
    public static int? Compare(CelValue left, CelValue right) => (left, right) switch
    {
        (CelInt l, CelInt r) => l.Value.CompareTo(r.Value),
        (CelUint l, CelUint r) => l.Value.CompareTo(r.Value),
        (CelDouble l, CelDouble r) => Compare(l.Value, r.Value),
        (CelInt l, CelUint r) => l.Value < 0 ? -1 : ((ulong)l.Value).CompareTo(r.Value),
        (CelUint l, CelInt r) => r.Value < 0 ? 1 : l.Value.CompareTo((ulong)r.Value),
        (CelInt l, CelDouble r) => Compare(l.Value, r.Value),
        (CelDouble l, CelInt r) => -Compare(r.Value, l.Value),
        (CelUint l, CelDouble r) => Compare(l.Value, r.Value),
        (CelDouble l, CelUint r) => -Compare(r.Value, l.Value),
        _ => null,
    };

    private static int? Compare(double left, double right) => double.IsNaN(left) || double.IsNaN(right) ? null : left < right ? -1 : left > right ? 1 : 0;

    // The bounds themselves compare as doubles do, as upstream's compareIntDouble has it.
    private static int? Compare(long left, double right) => right switch
    {
        double.NaN => null,
        < LongFloor => 1,
        > LongCeiling => -1,
        _ => Compare((double)left, right),
    };

    private static int? Compare(ulong left, double right) => right switch
    {
        double.NaN => null,
        < 0 => 1,
        > UlongCeiling => -1,
        _ => Compare((double)left, right),
    };
}
