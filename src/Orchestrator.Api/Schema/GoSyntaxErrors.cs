using System.Text;
using System.Text.Json;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Schema;

/// <summary>Turns the JSON reader's complaints into those of Go's encoding/json.</summary>
internal static class GoSyntaxErrors
{
    public static string Describe(JsonException fault, ReadOnlySpan<byte> json)
    {
        var message = fault.Message;
        if (message.Contains("maximum configured depth", StringComparison.Ordinal))
        {
            return "exceeded max depth";
        }

        var at = Offset(json, fault.LineNumber ?? 0, fault.BytePositionInLine ?? 0);
        if (at >= json.Length || message.Contains("reached end of data", StringComparison.Ordinal))
        {
            return "unexpected end of JSON input";
        }

        var letter = Letter(json[at..]);
        return $"invalid character {letter} " + message switch
        {
            _ when Has(message, "start of a property name") => "looking for beginning of object key string",
            _ when Has(message, "start of a value") => "looking for beginning of value",
            _ when Has(message, "invalid after a single JSON value") => "after top-level value",
            _ when Has(message, "invalid after a property name") => "after object key",
            _ when Has(message, "after a value") => "after object key:value pair",
            _ when Has(message, "trailing comma") => "looking for beginning of value",
            _ when Has(message, "within a JSON string") => "in string literal",
            _ when Has(message, "escap") => "in string escape code",
            _ when Has(message, "number") || Has(message, "digit") => "in numeric literal",
            _ => "looking for beginning of value",
        };
    }

    private static bool Has(string message, string part) => message.Contains(part, StringComparison.Ordinal);

    private static string Letter(ReadOnlySpan<byte> rest)
    {
        Rune.DecodeFromUtf8(rest, out var rune, out _);
        return rune.Value == '\'' ? "'\\''" : "'" + GoText.Quote(rune.ToString())[1..^1].Replace("\\\"", "\"", StringComparison.Ordinal) + "'";
    }

    private static int Offset(ReadOnlySpan<byte> json, long line, long column)
    {
        var start = 0;
        for (; line > 0; line--)
        {
            start += json[start..].IndexOf((byte)'\n') + 1;
        }

        return (int)Math.Min(start + column, json.Length);
    }
}
