using System.Globalization;
using System.Numerics;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Libraries;

/// <summary>A quantity, exact to 10^-9; what is finer is rounded up.</summary>
/// <remarks>Upstream: ParseQuantity in apimachinery's pkg/api/resource/quantity.go.</remarks>
internal sealed class CelQuantity : CelOpaque
{
    private const string WrongFormat = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    private const string WrongSuffix = "unable to parse quantity's suffix";
    private const int FractionDigits = 9;

    /// <summary>Exponents beyond it name numbers that are capped, or rounded up to the least, anyway.</summary>
    private const int LargestExponent = 64;

    private static readonly BigInteger One = BigInteger.Pow(10, FractionDigits);
    private static readonly BigInteger Largest = long.MaxValue * One;

    private static readonly Dictionary<string, BigInteger> Multiples = new(StringComparer.Ordinal)
    {
        [string.Empty] = One,
        ["n"] = 1,
        ["u"] = 1_000,
        ["m"] = 1_000_000,
        ["k"] = One * 1_000,
        ["M"] = One * 1_000_000,
        ["G"] = One * 1_000_000_000,
        ["T"] = One * 1_000_000_000_000,
        ["P"] = One * 1_000_000_000_000_000,
        ["E"] = One * 1_000_000_000_000_000_000,
        ["Ki"] = One << 10,
        ["Mi"] = One << 20,
        ["Gi"] = One << 30,
        ["Ti"] = One << 40,
        ["Pi"] = One << 50,
        ["Ei"] = One << 60,
    };

    private readonly BigInteger _nanos;

    private CelQuantity(BigInteger nanos) => _nanos = nanos;

    public static CelType TypeOfQuantities { get; } = CelType.Opaque("kubernetes.Quantity");

    public override CelType Type => TypeOfQuantities;

    public int Sign => _nanos.Sign;

    public static CelQuantity Of(long value) => new(value * One);

    /// <summary>Reads a quantity; null, with upstream's message, when the text is none.</summary>
    public static CelQuantity? Parse(string text, out string error)
    {
        error = WrongFormat;
        var at = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
        var negative = at == 1 && text[0] == '-';
        var wholeStart = at;
        while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        var whole = text[wholeStart..at];
        var fraction = string.Empty;
        if (at < text.Length && text[at] == '.')
        {
            var start = ++at;
            while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
            fraction = text[start..at];
        }

        var suffix = text[at..];
        if (whole.Length + fraction.Length == 0 || !HasSuffixForm(suffix)) return null;
        if (Scale(suffix) is not { } scale)
        {
            error = WrongSuffix;
            return null;
        }

        var digits = BigInteger.Parse(whole + fraction, NumberStyles.None, CultureInfo.InvariantCulture);
        var numerator = digits * scale.Numerator;
        var denominator = BigInteger.Pow(10, fraction.Length) * scale.Denominator;
        var nanos = BigInteger.DivRem(numerator, denominator, out var rest);
        // Rounded away from zero, so that nothing small is taken for nothing.
        if (!rest.IsZero) nanos += 1;
        nanos = BigInteger.Min(nanos, Largest);
        error = string.Empty;
        return new CelQuantity(negative ? -nanos : nanos);
    }

    public CelQuantity Plus(CelQuantity other, int sign) => new(_nanos + (sign * other._nanos));

    public int CompareTo(CelQuantity other) => _nanos.CompareTo(other._nanos);

    public double ToDouble() => (double)BigInteger.DivRem(_nanos, One, out var rest) + ((double)rest / (double)One);

    /// <summary>The value when it is an int, or null.</summary>
    public long? ToInteger()
    {
        var whole = BigInteger.DivRem(_nanos, One, out var rest);
        return rest.IsZero && whole >= long.MinValue && whole <= long.MaxValue ? (long)whole : null;
    }

    public override bool EqualTo(CelValue other) => other is CelQuantity quantity && quantity._nanos == _nanos;

    public override string ToString() => ((decimal)ToDouble()).ToString(CultureInfo.InvariantCulture);

    internal override int Hash() => _nanos.GetHashCode();

    private static bool HasSuffixForm(string suffix)
    {
        var at = 0;
        while (at < suffix.Length && "eEinumkKMGTP".Contains(suffix[at], StringComparison.Ordinal)) at++;
        if (at < suffix.Length && suffix[at] is '+' or '-') at++;
        while (at < suffix.Length && char.IsAsciiDigit(suffix[at])) at++;
        return at == suffix.Length;
    }

    /// <summary>How many nanos the unit of a suffix has, as a fraction.</summary>
    private static (BigInteger Numerator, BigInteger Denominator)? Scale(string suffix)
    {
        if (Multiples.TryGetValue(suffix, out var multiple)) return (multiple, BigInteger.One);
        if (suffix.Length < 2 || suffix[0] is not ('e' or 'E')) return null;
        if (!int.TryParse(suffix.AsSpan(1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent)) return null;
        exponent = Math.Clamp(exponent, -LargestExponent, LargestExponent);
        return exponent >= 0 ? (One * BigInteger.Pow(10, exponent), BigInteger.One) : (One, BigInteger.Pow(10, -exponent));
    }
}
