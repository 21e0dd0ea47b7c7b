using System.Text;
using System.Text.Unicode;

namespace Orchestrator.Api.Documents;

/// <summary>Makes text of JSON out of bytes that nobody vouches for.</summary>
public static class JsonText
{
    private const int EscapeLength = 6;

    /// <summary>The bytes, with what is no character replaced by U+FFFD, as Go's decoder reads them: broken UTF-8, and halves of surrogate pairs written as escapes.</summary>
    /// <remarks>The platform's reader takes both for JSON and then throws when the text is looked at.</remarks>
    /// <returns>The same array when nothing is wrong, which is nearly always.</returns>
    public static byte[] Repair(byte[] json)
    {
        ArgumentNullException.ThrowIfNull(json);
        var valid = Utf8.IsValid(json) ? json : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(json));
        var repaired = valid;
        for (var at = valid.AsSpan().IndexOf((byte)'\\'); at >= 0 && at < valid.Length; at = Next(valid, at))
        {
            if (!IsLoneSurrogate(valid, at, out var isPair))
            {
                at += isPair ? EscapeLength : 0;
                continue;
            }

            repaired = ReferenceEquals(repaired, valid) ? (byte[])valid.Clone() : repaired;
            "fffd"u8.CopyTo(repaired.AsSpan(at + 2));
        }

        return repaired;
    }

    /// <summary>Where the escape behind this one begins; beyond the end when there is none.</summary>
    private static int Next(byte[] text, int at)
    {
        var from = Math.Min(at + 2, text.Length);
        var next = text.AsSpan(from).IndexOf((byte)'\\');
        return next < 0 ? text.Length : from + next;
    }

    private static bool IsLoneSurrogate(byte[] text, int at, out bool isPair)
    {
        isPair = false;
        if (Unit(text, at) is not (>= 0xD800 and <= 0xDFFF and var unit))
        {
            return false;
        }

        isPair = unit < 0xDC00 && Unit(text, at + EscapeLength) is >= 0xDC00 and <= 0xDFFF;
        return !isPair;
    }

    /// <summary>The UTF-16 unit that is escaped here, or -1.</summary>
    private static int Unit(byte[] text, int at)
    {
        if (at + EscapeLength > text.Length || text[at] != (byte)'\\' || text[at + 1] != (byte)'u')
        {
            return -1;
        }

        var unit = 0;
        for (var i = 2; i < EscapeLength; i++)
        {
            var letter = (char)text[at + i];
            if (!char.IsAsciiHexDigit(letter))
            {
                return -1;
            }

            unit = (unit << 4) | (char.IsAsciiDigit(letter) ? letter - '0' : (letter | 0x20) - 'a' + 10);
        }

        return unit;
    }
}
