using System.Globalization;

namespace Orchestrator.Api.Schema;

/// <summary>Strings that mean something: quantities, times and base64, read and written as Go does.</summary>
internal static class SchemaText
{
    private const string Rfc3339 = "2006-01-02T15:04:05Z07:00";
    private const string Rfc3339Micro = "2006-01-02T15:04:05.000000Z07:00";

    private static readonly string[] TimeForms =
    [
        "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
    ];

    /// <summary>The text as it is stored; returns what is wrong with it, or null.</summary>
    public static string? Canonicalise(string given, SchemaNode schema, out string text)
    {
        text = given;
        if (schema.IsQuantity)
        {
            return Quantity(given, out text);
        }

        return schema.Format switch
        {
            "byte" => Base64Fault(given),
            "date-time" => Time(given, schema.ShortName == "MicroTime", out text),
            _ => null,
        };
    }

    private static string? Quantity(string given, out string text)
    {
        text = given;
        if (Quantities.Quantity.TryParse(given, out var quantity))
        {
            text = quantity.ToString();
            return null;
        }

        return Quantities.Quantity.Fault(given);
    }

    private static string? Time(string given, bool micro, out string text)
    {
        text = given;
        if (!DateTimeOffset.TryParseExact(given, TimeForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            || given[^1] is not ('Z' or (>= '0' and <= '9')))
        {
            return $"parsing time \"{given}\" as \"{(micro ? Rfc3339Micro : Rfc3339)}\": cannot parse \"{given}\" as \"2006\"";
        }

        text = time.UtcDateTime.ToString(micro ? "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'" : "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return null;
    }

    private static string? Base64Fault(string given)
    {
        var significant = 0;
        for (var at = 0; at < given.Length; at++)
        {
            var letter = given[at];
            if (letter is '\n' or '\r')
            {
                continue;
            }

            if (letter == '=' ? significant % 4 < 2 || !IsTail(given, at) : !(char.IsAsciiLetterOrDigit(letter) || letter is '+' or '/'))
            {
                return string.Create(CultureInfo.InvariantCulture, $"illegal base64 data at input byte {at}");
            }

            significant++;
        }

        return significant % 4 == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"illegal base64 data at input byte {given.Length - (significant % 4)}");
    }

    private static bool IsTail(string given, int at) => given.AsSpan(at).TrimEnd("=\r\n").Length == 0;
}
