using System.Globalization;
using System.Text;
using Orchestrator.Cel.Checking;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Libraries;

/// <summary>The conversions between types, which read what Go's strconv reads.</summary>
/// <remarks>Upstream: the ConvertToType methods of common/types.</remarks>
internal static class StandardConversions
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static void Declare(CelFunctions functions)
    {
        functions.Global("type", "type", [CelType.Parameter("A")], CelType.TypeOf(CelType.Parameter("A")), static arguments => new CelTypeValue(arguments[0].Type));
        functions.Global("dyn", "to_dyn", [CelType.Parameter("A")], CelType.Dyn, static arguments => arguments[0]);
        Convert(functions, "bool", CelType.Bool, ToBool, (CelType.Bool, "bool_to_bool"), (CelType.String, "string_to_bool"));
        Convert(functions, "bytes", CelType.Bytes, ToBytes, (CelType.Bytes, "bytes_to_bytes"), (CelType.String, "string_to_bytes"));
        Convert(
            functions, "double", CelType.Double, ToDouble,
            (CelType.Double, "double_to_double"), (CelType.Int, "int64_to_double"), (CelType.String, "string_to_double"), (CelType.Uint, "uint64_to_double"));
        Convert(functions, "duration", CelType.Duration, ToDuration, (CelType.Duration, "duration_to_duration"), (CelType.Int, "int64_to_duration"), (CelType.String, "string_to_duration"));
        Convert(
            functions, "int", CelType.Int, ToInt,
            (CelType.Int, "int64_to_int64"), (CelType.Double, "double_to_int64"), (CelType.Duration, "duration_to_int64"), (CelType.String, "string_to_int64"),
            (CelType.Timestamp, "timestamp_to_int64"), (CelType.Uint, "uint64_to_int64"));
        Convert(
            functions, "string", CelType.String, ToText,
            (CelType.String, "string_to_string"), (CelType.Bool, "bool_to_string"), (CelType.Bytes, "bytes_to_string"), (CelType.Double, "double_to_string"),
            (CelType.Duration, "duration_to_string"), (CelType.Int, "int64_to_string"), (CelType.Timestamp, "timestamp_to_string"), (CelType.Uint, "uint64_to_string"));
        Convert(
            functions, "timestamp", CelType.Timestamp, ToTimestamp,
            (CelType.Timestamp, "timestamp_to_timestamp"), (CelType.Int, "int64_to_timestamp"), (CelType.String, "string_to_timestamp"));
        Convert(
            functions, "uint", CelType.Uint, ToUint,
            (CelType.Uint, "uint64_to_uint64"), (CelType.Double, "double_to_uint64"), (CelType.Int, "int64_to_uint64"), (CelType.String, "string_to_uint64"));
    }

    private static void Convert(CelFunctions functions, string name, CelType result, Func<CelValue, CelValue> convert, params (CelType From, string Id)[] overloads)
    {
        foreach (var (from, id) in overloads) functions.Global(name, id, [from], result, arguments => convert(arguments[0]));
    }

    private static CelValue ToBool(CelValue value) => value is not CelString text ? value : text.Value switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => CelBool.True,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => CelBool.False,
        _ => CelError.Conversion(value, "bool"),
    };

    private static CelValue ToBytes(CelValue value) => value is CelString text ? new CelBytes(Encoding.UTF8.GetBytes(text.Value)) : value;

    private static CelValue ToDouble(CelValue value) => value switch
    {
        CelInt number => CelDouble.Of(number.Value),
        CelUint number => CelDouble.Of(number.Value),
        CelString text => ParseDouble(text.Value) is { } parsed ? CelDouble.Of(parsed) : CelError.Conversion(value, "double"),
        _ => value,
    };

    private static double? ParseDouble(string text)
    {
        var unsigned = text.TrimStart('+', '-');
        if (text.Length - unsigned.Length > 1) return null;
        if (unsigned.Equals("inf", StringComparison.OrdinalIgnoreCase) || unsigned.Equals("infinity", StringComparison.OrdinalIgnoreCase)) return text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
        if (unsigned.Equals("nan", StringComparison.OrdinalIgnoreCase)) return double.NaN;
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return double.TryParse(text, Style, CultureInfo.InvariantCulture, out var parsed) && double.IsFinite(parsed) ? parsed : null;
    }

    private static CelValue ToDuration(CelValue value) => value switch
    {
        CelInt number => CelDuration.Of(number.Value),
        CelString text => (CelValue?)CelDuration.Parse(text.Value) ?? CelError.Conversion(value, CelType.Duration.RuntimeName),
        _ => value,
    };

    private static CelValue ToInt(CelValue value) => value switch
    {
        // The bounds themselves are excluded: a double that near a bound may stand for a number beyond it.
        CelDouble number => number.Value is > CelNumber.LongFloor and < CelNumber.LongCeiling ? CelInt.Of((long)number.Value) : CelError.IntegerOverflow,
        CelDuration duration => CelInt.Of(duration.Nanoseconds),
        CelTimestamp time => CelInt.Of(time.Seconds),
        CelUint number => number.Value <= long.MaxValue ? CelInt.Of((long)number.Value) : CelError.IntegerOverflow,
        CelString text => long.TryParse(text.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed) ? CelInt.Of(parsed) : CelError.Conversion(value, "int"),
        _ => value,
    };

    private static CelValue ToUint(CelValue value) => value switch
    {
        CelDouble number => number.Value is >= 0 and < CelNumber.UlongCeiling ? CelUint.Of((ulong)number.Value) : CelError.UnsignedOverflow,
        CelInt number => number.Value >= 0 ? CelUint.Of((ulong)number.Value) : CelError.UnsignedOverflow,
        CelString text => ulong.TryParse(text.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? CelUint.Of(parsed) : CelError.Conversion(value, "uint"),
        _ => value,
    };

    private static CelValue ToText(CelValue value) => value is CelBytes bytes ? Decode(bytes) : value is CelString ? value : CelString.Of(CelText.Of(value));

    private static CelValue Decode(CelBytes bytes)
    {
        try
        {
            return CelString.Of(StrictUtf8.GetString(bytes.Value.Span));
        }
        catch (DecoderFallbackException)
        {
            return new CelError("invalid UTF-8 in bytes, cannot convert to string");
        }
    }

    private static CelValue ToTimestamp(CelValue value) => value switch
    {
        CelInt number => CelTimestamp.Of(number.Value, 0),
        CelString text => CelTimestamp.Parse(text.Value) ?? CelError.Conversion(value, CelType.Timestamp.RuntimeName),
        _ => value,
    };
}
