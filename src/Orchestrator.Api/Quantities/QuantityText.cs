using System.Globalization;
using System.Numerics;

namespace Orchestrator.Api.Quantities;

/// <summary>Reads and writes the text of quantities, with upstream's grammar, canonical form and sentences.</summary>
internal static class QuantityText
{
    internal const string FormatWrong = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    internal const string SuffixWrong = "unable to parse quantity's suffix";

    /// <summary>Beyond this exponent a quantity is refused (or, when negative, is the smallest one): nobody means it, and its digits would cost memory.</summary>
    private const int ExponentBound = 1000;

    private const string DecimalSuffixes = "num kMGTPE";
    private const string BinarySuffixes = " KMGTPE";
    private static readonly BigInteger Largest = long.MaxValue * new BigInteger(1_000_000_000L);
    private static readonly BigInteger Unit = new(1_000_000_000L);

    /// <summary>Reads a quantity; returns what is wrong, or null.</summary>
    internal static string? Parse(string text, out Quantity quantity)
    {
        quantity = default;
        if (text.Length == 0)
        {
            return FormatWrong;
        }

        var position = text[0] is '-' or '+' ? 1 : 0;
        var start = SkipWhile(text, position, c => c == '0');
        var point = SkipWhile(text, start, char.IsAsciiDigit);
        var whole = text[start..point];
        var end = point;
        if (point < text.Length && text[point] == '.')
        {
            end = SkipWhile(text, point + 1, char.IsAsciiDigit);
        }

        var fraction = end > point ? text[(point + 1)..end] : "";
        var suffixEnd = SkipWhile(text, end, c => "eEinumkKMGTP".Contains(c, StringComparison.Ordinal));
        if (suffixEnd < text.Length && text[suffixEnd] is '-' or '+')
        {
            suffixEnd++;
        }

        if (SkipWhile(text, suffixEnd, char.IsAsciiDigit) != text.Length)
        {
            return FormatWrong;
        }

        if (Suffix(text[end..]) is not { } suffix)
        {
            return SuffixWrong;
        }

        quantity = Build(text, whole.Length == 0 ? "0" : whole, fraction, suffix);
        return null;
    }

    /// <summary>The canonical form: no fraction digits, and the largest suffix that allows it.</summary>
    internal static string Canonical(Quantity quantity)
    {
        if (quantity.IsZero)
        {
            return "0";
        }

        var whole = BigInteger.DivRem(quantity.Nanos, Unit, out var rest);
        return quantity.Format == QuantityFormat.BinarySI && rest.IsZero && BigInteger.Abs(whole) >= 1024
            ? Binary(whole)
            : Decimal(quantity.Nanos, quantity.Format == QuantityFormat.DecimalExponent);
    }

    private static Quantity Build(string text, string whole, string fraction, ParsedSuffix suffix)
    {
        var digits = BigInteger.Parse(whole + fraction, NumberStyles.None, CultureInfo.InvariantCulture);
        var scale = suffix.Exponent - fraction.Length;
        if (suffix.Format == QuantityFormat.BinarySI)
        {
            scale = -fraction.Length;
            digits <<= suffix.Exponent;
        }

        scale += 9;
        var nanos = scale >= 0
            ? digits * BigInteger.Pow(10, scale)
            : Quantity.RoundAway(digits, BigInteger.Pow(10, -scale));
        var format = suffix.Format;
        if (format == QuantityFormat.BinarySI)
        {
            nanos = BigInteger.Min(nanos, Largest);
            if (nanos < Unit && !nanos.IsZero)
            {
                format = QuantityFormat.DecimalSI;
            }
        }

        return new Quantity(text[0] == '-' ? -nanos : nanos, format, KeepsItsText(whole, fraction, suffix) ? text : null);
    }

    /// <summary>Upstream's short cut: a text that looks canonical is kept as it is, even where (as in 1.500) it is not.</summary>
    private static bool KeepsItsText(string whole, string fraction, ParsedSuffix suffix)
    {
        if (suffix.Format == QuantityFormat.BinarySI)
        {
            return fraction.Length == 0 && 15 - whole.Length - (int)(suffix.Exponent * 3F / 10) - 1 >= 0
                && (long.Parse(whole, CultureInfo.InvariantCulture) & 7) != 0;
        }

        var scale = suffix.Exponent - fraction.Length;
        var digits = whole + fraction;
        return digits.Length <= 18 && scale >= -9 && scale % 3 == 0
            && !digits.EndsWith("000", StringComparison.Ordinal) && digits[0] != '0';
    }

    private static ParsedSuffix? Suffix(string suffix)
    {
        if (suffix.Length == 0)
        {
            return new ParsedSuffix(QuantityFormat.DecimalSI, 0);
        }

        if (suffix.Length == 1 && suffix[0] != ' ' && DecimalSuffixes.IndexOf(suffix[0], StringComparison.Ordinal) is >= 0 and var place)
        {
            return new ParsedSuffix(QuantityFormat.DecimalSI, (place * 3) - 9);
        }

        if (suffix.Length == 2 && suffix[1] == 'i' && BinarySuffixes.IndexOf(suffix[0], StringComparison.Ordinal) is > 0 and var power)
        {
            return new ParsedSuffix(QuantityFormat.BinarySI, power * 10);
        }

        return suffix.Length > 1 && suffix[0] is 'e' or 'E'
            && int.TryParse(suffix.AsSpan(1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent)
            && exponent <= ExponentBound
            ? new ParsedSuffix(QuantityFormat.DecimalExponent, Math.Max(exponent, -ExponentBound))
            : null;
    }

    private static string Decimal(BigInteger nanos, bool asExponent)
    {
        var exponent = -9;
        for (var next = BigInteger.DivRem(nanos, 1000, out var rest); rest.IsZero; next = BigInteger.DivRem(nanos, 1000, out rest))
        {
            nanos = next;
            exponent += 3;
        }

        var number = nanos.ToString(CultureInfo.InvariantCulture);
        return exponent switch
        {
            0 => number,
            > 18 => number + "e" + exponent.ToString(CultureInfo.InvariantCulture),
            _ when asExponent => number + "e" + exponent.ToString(CultureInfo.InvariantCulture),
            _ => number + DecimalSuffixes[(exponent / 3) + 3],
        };
    }

    private static string Binary(BigInteger whole)
    {
        var power = 0;
        for (var next = BigInteger.DivRem(whole, 1024, out var rest); rest.IsZero && power < 6; next = BigInteger.DivRem(whole, 1024, out rest))
        {
            whole = next;
            power++;
        }

        var number = whole.ToString(CultureInfo.InvariantCulture);
        return power == 0 ? number : number + BinarySuffixes[power] + "i";
    }

    private static int SkipWhile(string text, int from, Func<char, bool> accepts)
    {
        while (from < text.Length && accepts(text[from]))
        {
            from++;
        }

        return from;
    }

    private readonly record struct ParsedSuffix(QuantityFormat Format, int Exponent);
}
