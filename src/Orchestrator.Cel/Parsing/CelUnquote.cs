using System.Globalization;
using System.Text;

namespace Orchestrator.Cel.Parsing;

/// <summary>Turns the text of a string or bytes literal into its value.</summary>
/// <remarks>Upstream: parser/unescape.go. In bytes, <c>\x</c> and octal escapes are bytes and code points are written as UTF-8.</remarks>
internal static class CelUnquote
{
    /// <summary>The value of a string literal, or null when an escape names no code point.</summary>
    public static string? Text(string literal)
    {
        var (body, raw) = Body(literal);
        if (raw) return body;
        var text = new StringBuilder(body.Length);
        return Unescape(body, (value, _) =>
        {
            if (!Rune.IsValid(value)) return false;
            text.Append(new Rune(value).ToString());
            return true;
        }) ? text.ToString() : null;
    }

    /// <summary>The value of a bytes literal, or null when an escape names no code point.</summary>
    public static byte[]? Bytes(string literal)
    {
        var (body, raw) = Body(literal[1..]);
        if (raw) return Encoding.UTF8.GetBytes(body);
        var bytes = new List<byte>(body.Length);
        return Unescape(body, (value, isByte) =>
        {
            if (isByte)
            {
                bytes.Add((byte)value);
                return true;
            }

            if (!Rune.IsValid(value)) return false;
            Span<byte> encoded = stackalloc byte[4];
            bytes.AddRange(encoded[..new Rune(value).EncodeToUtf8(encoded)]);
            return true;
        }) ? [.. bytes] : null;
    }

    private static (string Body, bool Raw) Body(string literal)
    {
        var raw = literal[0] is 'r' or 'R';
        if (raw) literal = literal[1..];
        literal = literal.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        var quotes = literal.Length >= 6 && literal.StartsWith(new string(literal[0], 3), StringComparison.Ordinal) ? 3 : 1;
        return (literal[quotes..^quotes], raw);
    }

    private static bool Unescape(string body, Func<int, bool, bool> emit)
    {
        for (var i = 0; i < body.Length;)
        {
            if (body[i] != '\\')
            {
                Rune.DecodeFromUtf16(body.AsSpan(i), out var rune, out var read);
                i += read;
                if (!emit(rune.Value, false)) return false;
                continue;
            }

            var (value, length, isByte) = Escape(body.AsSpan(i + 1));
            if (!emit(value, isByte)) return false;
            i += 1 + length;
        }

        return true;
    }

    private static (int Value, int Length, bool IsByte) Escape(ReadOnlySpan<char> text) => text[0] switch
    {
        'a' => ('\a', 1, false),
        'b' => ('\b', 1, false),
        'f' => ('\f', 1, false),
        'n' => ('\n', 1, false),
        'r' => ('\r', 1, false),
        't' => ('\t', 1, false),
        'v' => ('\v', 1, false),
        'x' or 'X' => (Hex(text[1..3]), 3, true),
        'u' => (Hex(text[1..5]), 5, false),
        'U' => (Hex(text[1..9]), 9, false),
        >= '0' and <= '3' => (((text[0] - '0') * 64) + ((text[1] - '0') * 8) + (text[2] - '0'), 3, true),
        _ => (text[0], 1, false),
    };

    private static int Hex(ReadOnlySpan<char> digits) => uint.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) is var value && value > int.MaxValue ? -1 : (int)value;
}
