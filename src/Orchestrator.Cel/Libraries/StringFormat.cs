using System.Globalization;
using System.Numerics;
using System.Text;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Libraries;

/// <summary>The function <c>format</c> of texts, with Go's verbs.</summary>
/// <remarks>Upstream: ext/formatting.go of cel-go.</remarks>
internal static class StringFormat
{
    private const int DefaultPrecision = 6;

    /// <summary>The most digits after the point.</summary>
    private const int LargestPrecision = 1000;

    public static CelValue Format(string format, CelList arguments)
    {
        var output = new StringBuilder(format.Length);
        var next = 0;
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                output.Append(format[i]);
                continue;
            }

            if (++i >= format.Length) return new CelError("unexpected end of string");
            if (format[i] == '%')
            {
                output.Append('%');
                continue;
            }

            var precision = Precision(format, ref i, out var error);
            if (error is not null) return error;
            if (i >= format.Length) return new CelError("could not parse formatting clause: unexpected end of string");
            if (next >= arguments.Count) return new CelError($"index {next} out of range");
            var formatted = Clause(format[i], precision, arguments[next++], out error);
            if (formatted is null) return error!;
            output.Append(formatted);
        }

        return CelString.Of(output.ToString());
    }

    private static int? Precision(string format, ref int i, out CelError? error)
    {
        error = null;
        if (format[i] != '.') return null;
        var start = ++i;
        while (i < format.Length && char.IsAsciiDigit(format[i])) i++;
        if (int.TryParse(format.AsSpan(start, i - start), NumberStyles.None, CultureInfo.InvariantCulture, out var precision) && precision <= LargestPrecision) return precision;
        error = new CelError($"could not parse formatting clause: error while parsing precision: could not convert precision to integer: strconv.Atoi: parsing {CelQuote.Go(format[start..i])}: invalid syntax");
        return null;
    }

    private static string? Clause(char verb, int? precision, CelValue value, out CelError? error)
    {
        error = value as CelError;
        if (error is not null) return null;
        var formatted = verb switch
        {
            's' => Text(value),
            'd' => Whole(value),
            'f' => Number(value) is { } number ? Fixed(number, precision ?? DefaultPrecision) : null,
            'e' => Number(value) is { } number ? Scientific(number, precision ?? DefaultPrecision) : null,
            'b' => Binary(value),
            'x' => Hexadecimal(value, upper: false),
            'X' => Hexadecimal(value, upper: true),
            'o' => Octal(value),
            _ => null,
        };
        if (formatted is not null) return formatted;
        error = new CelError(verb switch
        {
            's' => $"error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given {value.Type.RuntimeName}",
            'd' => $"error during formatting: decimal clause can only be used on integers, was given {value.Type.RuntimeName}",
            'f' => $"error during formatting: fixed-point clause can only be used on doubles, was given {value.Type.RuntimeName}",
            'e' => $"error during formatting: scientific clause can only be used on doubles, was given {value.Type.RuntimeName}",
            'b' => $"error during formatting: only integers and bools can be formatted as binary, was given {value.Type.RuntimeName}",
            'x' or 'X' => $"error during formatting: only integers, byte buffers, and strings can be formatted as hex, was given {value.Type.RuntimeName}",
            'o' => $"error during formatting: octal clause can only be used on integers, was given {value.Type.RuntimeName}",
            _ => $"could not parse formatting clause: unrecognized formatting clause \"{verb}\"",
        });
        return null;
    }

    private static string? Text(CelValue value) => value switch
    {
        CelString or CelBool or CelInt or CelUint or CelNull or CelBytes or CelTimestamp or CelDuration or CelTypeValue => value.ToString(),
        CelDouble number => Shortest(number.Value),
        CelList list => Joined("[", Enumerable.Range(0, list.Count).Select(i => Text(list[i])), "]"),
        CelMap map => Joined("{", map.Keys.Select(key => (Text: Text(key), Key: key)).OrderBy(pair => pair.Text, StringComparer.Ordinal).Select(pair => map.TryGet(pair.Key, out var item) && Text(item) is { } shown ? $"{pair.Text}: {shown}" : null), "}"),
        _ => null,
    };

    private static string? Joined(string open, IEnumerable<string?> parts, string close)
    {
        var all = parts.ToList();
        return all.Contains(null) ? null : open + string.Join(", ", all) + close;
    }

    private static string? Special(double value) => double.IsNaN(value) ? "NaN" : double.IsInfinity(value) ? (value > 0 ? "Infinity" : "-Infinity") : null;

    /// <summary>All digits that matter, never with an exponent.</summary>
    private static string Shortest(double value)
    {
        if (Special(value) is { } special) return special;
        if (value == 0) return double.IsNegative(value) ? "-0" : "0";
        var (digits, exponent) = CelText.ShortestDigits(Math.Abs(value));
        return (value < 0 ? "-" : string.Empty) + CelText.Plain(digits, exponent);
    }

    private static string? Whole(CelValue value) => value switch
    {
        CelInt or CelUint => value.ToString(),
        CelDouble number => Special(number.Value),
        _ => null,
    };

    private static double? Number(CelValue value) => value switch
    {
        CelDouble number => number.Value,
        CelInt number => number.Value,
        CelUint number => number.Value,
        CelString { Value: "NaN" } => double.NaN,
        CelString { Value: "Infinity" } => double.PositiveInfinity,
        CelString { Value: "-Infinity" } => double.NegativeInfinity,
        _ => null,
    };

    /// <summary>The exact value of a double rounded to digits after the point, halves to the even digit as Go does it.</summary>
    private static string Fixed(double value, int precision)
    {
        if (Special(value) is { } special) return special;
        const int MantissaBits = 52;
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> MantissaBits) & 0x7FF);
        BigInteger mantissa = bits & ((1L << MantissaBits) - 1);
        if (exponent == 0) exponent = 1;
        else mantissa += 1L << MantissaBits;
        var scaled = mantissa * BigInteger.Pow(10, precision);
        var shift = exponent - 1023 - MantissaBits;
        var rounded = shift >= 0 ? scaled << shift : scaled >> -shift;
        if (shift < 0)
        {
            var twice = (scaled - (rounded << -shift)) << 1;
            var order = twice.CompareTo(BigInteger.One << -shift);
            if (order > 0 || (order == 0 && !rounded.IsEven)) rounded += 1;
        }

        var digits = rounded.ToString(CultureInfo.InvariantCulture).PadLeft(precision + 1, '0');
        var sign = double.IsNegative(value) ? "-" : string.Empty;
        return precision == 0 ? sign + digits : $"{sign}{digits[..^precision]}.{digits[^precision..]}";
    }

    private static string Scientific(double value, int precision)
    {
        if (Special(value) is { } special) return special;
        var parts = value.ToString("e" + precision, CultureInfo.InvariantCulture).Split('e');
        return $"{parts[0]}e{parts[1][0]}{parts[1][1..].TrimStart('0').PadLeft(2, '0')}";
    }

    private static string? Binary(CelValue value) => value switch
    {
        CelInt { Value: var number } => number < 0 ? "-" + (UInt128.Zero + (ulong)-(Int128)number).ToString("B", CultureInfo.InvariantCulture).TrimStart('0') : number.ToString("B", CultureInfo.InvariantCulture),
        CelUint { Value: var number } => number.ToString("B", CultureInfo.InvariantCulture),
        CelBool { Value: var truth } => truth ? "1" : "0",
        CelDouble number => Special(number.Value),
        _ => null,
    };

    private static string? Hexadecimal(CelValue value, bool upper)
    {
        var style = upper ? "X" : "x";
        return value switch
        {
            CelInt { Value: < 0 and var number } => "-" + ((ulong)-(Int128)number).ToString(style, CultureInfo.InvariantCulture),
            CelInt { Value: var number } => number.ToString(style, CultureInfo.InvariantCulture),
            CelUint { Value: var number } => number.ToString(style, CultureInfo.InvariantCulture),
            CelString { Value: var text } => Bytes(Encoding.UTF8.GetBytes(text), upper),
            CelBytes { Value: var bytes } => Bytes(bytes.Span, upper),
            CelDouble number => Special(number.Value),
            _ => null,
        };
    }

    private static string Bytes(ReadOnlySpan<byte> bytes, bool upper) => upper ? Convert.ToHexString(bytes) : Convert.ToHexStringLower(bytes);

    private static string? Octal(CelValue value)
    {
        if (value is CelDouble real) return Special(real.Value);
        BigInteger number;
        switch (value)
        {
            case CelInt signed:
                number = signed.Value;
                break;
            case CelUint unsigned:
                number = unsigned.Value;
                break;
            default:
                return null;
        }

        var digits = new StringBuilder();
        for (var rest = BigInteger.Abs(number); rest > 0; rest /= 8) digits.Insert(0, (int)(rest % 8));
        return (number.Sign < 0 ? "-" : string.Empty) + (digits.Length == 0 ? "0" : digits.ToString());
    }
}
