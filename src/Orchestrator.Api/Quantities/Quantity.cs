using System.Numerics;

namespace Orchestrator.Api.Quantities;

/// <summary>An amount of a resource, as in <c>500m</c> CPU or <c>64Mi</c> of memory: exact, in whole billionths, and written as it was meant.</summary>
/// <remarks>Upstream: apimachinery/pkg/api/resource. Finer amounts than a billionth are rounded away from zero when they are read:
/// who asks for some gets some.</remarks>
public readonly struct Quantity : IEquatable<Quantity>, IComparable<Quantity>
{
    private static readonly BigInteger NanosPerUnit = new(1_000_000_000L);
    private static readonly BigInteger NanosPerMilli = new(1_000_000L);

    private readonly BigInteger _nanos;
    private readonly string? _text;

    /// <summary>Creates a quantity of whole units.</summary>
    /// <param name="value">The units.</param>
    /// <param name="format">How it is written.</param>
    public Quantity(long value, QuantityFormat format = QuantityFormat.DecimalSI)
        : this(value * NanosPerUnit, format)
    {
    }

    internal Quantity(BigInteger nanos, QuantityFormat format, string? text = null)
    {
        _nanos = nanos;
        _text = text;
        Format = format;
    }

    /// <summary>Nothing.</summary>
    public static Quantity Zero => default;

    /// <summary>How the quantity is written.</summary>
    public QuantityFormat Format { get; }

    /// <summary>True of nothing.</summary>
    public bool IsZero => _nanos.IsZero;

    /// <summary>-1, 0 or 1.</summary>
    public int Sign => _nanos.Sign;

    /// <summary>Whole units, rounded away from zero, and held within 64 bits.</summary>
    public long Value => Scaled(NanosPerUnit);

    /// <summary>Thousandths, rounded away from zero, and held within 64 bits.</summary>
    public long MilliValue => Scaled(NanosPerMilli);

    internal BigInteger Nanos => _nanos;

    /// <summary>The nearest floating point number, for ratios and metrics.</summary>
    public double ToDouble() => (double)_nanos / 1e9;

    /// <summary>A quantity of thousandths.</summary>
    public static Quantity FromMilli(long milli, QuantityFormat format = QuantityFormat.DecimalSI) => new(milli * NanosPerMilli, format);

    /// <summary>Reads a quantity.</summary>
    /// <exception cref="FormatException">The text is not a quantity; the message is upstream's.</exception>
    public static Quantity Parse(string text) =>
        QuantityText.Parse(text, out var quantity) is { } fault ? throw new FormatException(fault) : quantity;

    /// <summary>Reads a quantity; false when the text is not one.</summary>
    public static bool TryParse(string? text, out Quantity quantity) => QuantityText.Parse(text ?? "", out quantity) is null;

    /// <summary>Reads a quantity.</summary>
    /// <returns>Upstream's sentence on what is wrong with the text, or null when nothing is.</returns>
    public static string? Fault(string text) => QuantityText.Parse(text, out _);

    /// <summary>The quantity rounded away from zero to thousandths: the finest that requests and limits may be.</summary>
    /// <remarks>Upstream: RoundUp(Milli) in the defaults of a ResourceList; an amount that is coarse enough keeps its text.</remarks>
    public Quantity RoundedToMilli() =>
        (_nanos % NanosPerMilli).IsZero ? this : new Quantity(RoundAway(_nanos, NanosPerMilli) * NanosPerMilli, Format);

    /// <summary>The canonical form.</summary>
    public override string ToString() => _text ?? QuantityText.Canonical(this);

    /// <inheritdoc />
    public int CompareTo(Quantity other) => _nanos.CompareTo(other._nanos);

    /// <summary>Equal amounts, however they are written.</summary>
    public bool Equals(Quantity other) => _nanos == other._nanos;

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is Quantity other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => _nanos.GetHashCode();

    /// <summary>The sum; written like the left side unless that is zero.</summary>
    public static Quantity operator +(Quantity left, Quantity right) =>
        new(left._nanos + right._nanos, left.IsZero ? right.Format : left.Format);

    /// <summary>The difference; written like the left side unless that is zero.</summary>
    public static Quantity operator -(Quantity left, Quantity right) =>
        new(left._nanos - right._nanos, left.IsZero ? right.Format : left.Format);

    /// <summary>The negation.</summary>
    public static Quantity operator -(Quantity quantity) => new(-quantity._nanos, quantity.Format);

    /// <summary>A multiple.</summary>
    public static Quantity operator *(Quantity quantity, long factor) => new(quantity._nanos * factor, quantity.Format);

    /// <summary>The sum.</summary>
    public static Quantity Add(Quantity left, Quantity right) => left + right;

    /// <summary>The difference.</summary>
    public static Quantity Subtract(Quantity left, Quantity right) => left - right;

    /// <summary>The negation.</summary>
    public static Quantity Negate(Quantity quantity) => -quantity;

    /// <summary>A multiple.</summary>
    public static Quantity Multiply(Quantity quantity, long factor) => quantity * factor;

    /// <summary>The larger of two.</summary>
    public static Quantity Max(Quantity left, Quantity right) => left >= right ? left : right;

    /// <summary>The smaller of two.</summary>
    public static Quantity Min(Quantity left, Quantity right) => left <= right ? left : right;

    /// <summary>Compares amounts.</summary>
    public static bool operator ==(Quantity left, Quantity right) => left.Equals(right);

    /// <summary>Compares amounts.</summary>
    public static bool operator !=(Quantity left, Quantity right) => !left.Equals(right);

    /// <summary>Compares amounts.</summary>
    public static bool operator <(Quantity left, Quantity right) => left.CompareTo(right) < 0;

    /// <summary>Compares amounts.</summary>
    public static bool operator >(Quantity left, Quantity right) => left.CompareTo(right) > 0;

    /// <summary>Compares amounts.</summary>
    public static bool operator <=(Quantity left, Quantity right) => left.CompareTo(right) <= 0;

    /// <summary>Compares amounts.</summary>
    public static bool operator >=(Quantity left, Quantity right) => left.CompareTo(right) >= 0;

    internal static BigInteger RoundAway(BigInteger nanos, BigInteger unit)
    {
        var quotient = BigInteger.DivRem(nanos, unit, out var remainder);
        return quotient + remainder.Sign;
    }

    private long Scaled(BigInteger unit) => (long)BigInteger.Clamp(RoundAway(_nanos, unit), long.MinValue, long.MaxValue);
}
