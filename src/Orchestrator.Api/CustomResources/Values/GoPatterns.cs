using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Orchestrator.Api.CustomResources.Values;

/// <summary>Regular expressions in Go's syntax (RE2) for .NET's engine.</summary>
/// <remarks>Both share nearly everything; what differs and occurs in schemas is translated: the POSIX classes, the named groups and the end of the text.</remarks>
internal static class GoPatterns
{
    /// <summary>So many compiled patterns are kept; then all are forgotten and made again when asked for.</summary>
    private const int Kept = 4_000;

    private static readonly ConcurrentDictionary<string, Regex?> Compiled = new(StringComparer.Ordinal);

    private static readonly (string Posix, string Net)[] Classes =
    [
        ("[:alnum:]", "a-zA-Z0-9"), ("[:alpha:]", "a-zA-Z"), ("[:ascii:]", "\\x00-\\x7F"), ("[:blank:]", "\\t "), ("[:cntrl:]", "\\x00-\\x1F\\x7F"),
        ("[:digit:]", "0-9"), ("[:graph:]", "!-~"), ("[:lower:]", "a-z"), ("[:print:]", " -~"), ("[:punct:]", "!-/:-@\\[-`{-~"),
        ("[:space:]", "\\t\\n\\v\\f\\r "), ("[:upper:]", "A-Z"), ("[:word:]", "0-9A-Za-z_"), ("[:xdigit:]", "0-9A-Fa-f"),
    ];

    /// <summary>Compiles a pattern; null when it is not one.</summary>
    public static Regex? Compile(string pattern, TimeSpan timeout)
    {
        if (Compiled.Count > Kept)
        {
            Compiled.Clear();
        }

        return Compiled.GetOrAdd(pattern, static (text, limit) => Make(text, limit), timeout);
    }

    /// <summary>What is wrong with a pattern; null when nothing is.</summary>
    public static string? Fault(string pattern)
    {
        try
        {
            _ = new Regex(Translate(pattern), RegexOptions.CultureInvariant);
            return HasBackReference(pattern) ? "error parsing regexp: invalid escape sequence" : null;
        }
        catch (ArgumentException fault)
        {
            // The only sign that .NET gives of a malformed pattern.
            return "error parsing regexp: " + fault.Message;
        }
    }

    private static Regex? Make(string pattern, TimeSpan timeout)
    {
        var translated = Translate(pattern);
        try
        {
            return new Regex(translated, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, timeout);
        }
        catch (NotSupportedException)
        {
            // Constructs beyond RE2 or too many states: the ordinary engine under the bound of time.
            return new Regex(translated, RegexOptions.CultureInvariant, timeout);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static string Translate(string pattern)
    {
        var text = pattern.Replace("(?P<", "(?<", StringComparison.Ordinal).Replace("\\Q", "", StringComparison.Ordinal).Replace("\\E", "", StringComparison.Ordinal);
        foreach (var (posix, net) in Classes)
        {
            text = text.Replace(posix, net, StringComparison.Ordinal);
        }

        // Go's $ is the end of the text; .NET's may stand before a last line break.
        return AtEnd(text);
    }

    private static string AtEnd(string text)
    {
        var result = new System.Text.StringBuilder(text.Length + 4);
        var inClass = false;
        for (var at = 0; at < text.Length; at++)
        {
            var letter = text[at];
            if (letter == '\\' && at + 1 < text.Length)
            {
                result.Append(letter).Append(text[++at]);
                continue;
            }

            inClass = letter == '[' || (inClass && letter != ']');
            result.Append(letter == '$' && !inClass ? "\\z" : letter.ToString());
        }

        return result.ToString();
    }

    private static bool HasBackReference(string pattern)
    {
        for (var at = 0; at + 1 < pattern.Length; at++)
        {
            if (pattern[at] == '\\')
            {
                if (pattern[at + 1] is >= '1' and <= '9')
                {
                    return true;
                }

                at++;
            }
        }

        return false;
    }
}
