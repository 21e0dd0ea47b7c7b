using System.Globalization;

namespace Orchestrator.Api.CustomResources.Values;

/// <summary>Numbers as Go prints them and as its JSON keeps them: whole ones exactly, all others as double precision.</summary>
internal static class GoNumbers
{
    /// <summary>The verb %v for a float64: exponents below -4 and from 21 on.</summary>
    public static string Text(double value) => Text(value, lowest: -4);

    /// <summary>As encoding/json writes a float64: exponents below -6 and from 21 on.</summary>
    public static string Json(double value) => Text(value, lowest: -6);

    private static string Text(double value, int lowest)
    {
        if (value == 0)
        {
            return double.IsNegative(value) ? "-0" : "0";
        }

        var round = value.ToString("R", CultureInfo.InvariantCulture);
        var exponent = Exponent(round.TrimStart('-'));
        if (exponent >= lowest && exponent < 21)
        {
            return round.Contains('E', StringComparison.Ordinal) ? decimal.Parse(round, NumberStyles.Float, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture) : round;
        }

        var digits = Digits(round);
        var mantissa = digits.Length == 1 ? digits : digits[..1] + "." + digits[1..];
        var sign = value < 0 ? "-" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
    }

    /// <summary>The power of ten of the first digit that is not zero.</summary>
    private static int Exponent(string round)
    {
        if (round.IndexOf('E', StringComparison.Ordinal) is var mark and >= 0)
        {
            return int.Parse(round[(mark + 1)..], CultureInfo.InvariantCulture);
        }

        var point = round.IndexOf('.', StringComparison.Ordinal);
        var first = round.AsSpan().IndexOfAnyInRange('1', '9');
        return point < 0 ? round.Length - 1 : first < point ? point - 1 : point - first;
    }

    private static string Digits(string round)
    {
        var mantissa = round.TrimStart('-').Split('E')[0].Replace(".", "", StringComparison.Ordinal);
        var digits = mantissa.Trim('0');
        return digits.Length == 0 ? "0" : digits;
    }
}
