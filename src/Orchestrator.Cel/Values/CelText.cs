using System.Globalization;

namespace Orchestrator.Cel.Values;

/// <summary>Values as Go prints them in messages and as <c>string()</c> converts them.</summary>
internal static class CelText
{
    public static string Of(CelValue value) => value switch
    {
        CelDouble number => Of(number.Value),
        CelList list => "[" + string.Join(' ', Enumerable.Range(0, list.Count).Select(i => Of(list[i]))) + "]",
        CelMap map => "map[" + string.Join(' ', map.Keys.Select(key => Of(key) + ":" + (map.TryGet(key, out var item) ? Of(item) : string.Empty))) + "]",
        _ => value.ToString() ?? string.Empty,
    };

    /// <summary>Go's <c>%g</c>: the shortest digits that read back the same, with an exponent below 1e-4 and from 1e6 on.</summary>
    public static string Of(double value)
    {
        const int FirstScientific = 6;
        if (double.IsNaN(value)) return "NaN";
        if (double.IsInfinity(value)) return value > 0 ? "+Inf" : "-Inf";
        if (value == 0) return double.IsNegative(value) ? "-0" : "0";
        var (digits, exponent) = ShortestDigits(Math.Abs(value));
        return (value < 0 ? "-" : string.Empty) + (exponent is < -4 or >= FirstScientific ? Scientific(digits, exponent) : Plain(digits, exponent));
    }

    /// <summary>The fewest significant digits of a positive number that read back the same, and the power of ten of the first.</summary>
    public static (string Digits, int Exponent) ShortestDigits(double value)
    {
        var parts = value.ToString("R", CultureInfo.InvariantCulture).Split('E');
        var exponent = parts.Length > 1 ? int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : 0;
        var point = parts[0].IndexOf('.', StringComparison.Ordinal);
        var digits = parts[0].Replace(".", string.Empty, StringComparison.Ordinal);
        var first = digits.Length - digits.TrimStart('0').Length;
        return (digits.Trim('0'), exponent + (point < 0 ? digits.Length : point) - first - 1);
    }

    private static string Scientific(string digits, int exponent) =>
        digits[0] + (digits.Length > 1 ? "." + digits[1..] : string.Empty) + "e" + (exponent < 0 ? "-" : "+") + Math.Abs(exponent).ToString("D2", CultureInfo.InvariantCulture);

    /// <summary>Digits without an exponent.</summary>
    public static string Plain(string digits, int exponent)
    {
        if (exponent < 0) return "0." + new string('0', -exponent - 1) + digits;
        if (digits.Length <= exponent + 1) return digits + new string('0', exponent + 1 - digits.Length);
        return digits[..(exponent + 1)] + "." + digits[(exponent + 1)..];
    }
}
