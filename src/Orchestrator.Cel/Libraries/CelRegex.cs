using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Orchestrator.Cel.Libraries;

/// <summary>A regular expression of RE2's syntax, or why it is none.</summary>
internal readonly record struct CelRegexResult(Regex? Regex, string Error);

/// <summary>Compiles regular expressions of RE2's syntax for an engine that runs in linear time.</summary>
internal static class CelRegex
{
    /// <summary>How many compiled expressions are kept; a full cache is emptied.</summary>
    private const int MostCached = 512;

    private static readonly ConcurrentDictionary<string, CelRegexResult> Cache = new(StringComparer.Ordinal);

    public static CelRegexResult Compile(string pattern)
    {
        if (Cache.TryGetValue(pattern, out var cached)) return cached;
        var result = Translate(pattern);
        if (Cache.Count >= MostCached) Cache.Clear();
        Cache[pattern] = result;
        return result;
    }

    private static CelRegexResult Translate(string pattern)
    {
        var (translated, error) = Re2Translator.Translate(pattern);
        if (translated is null) return new(null, $"error parsing regexp: {error}");
        try
        {
            return new(new Regex(translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant), string.Empty);
        }
        catch (ArgumentException)
        {
            return new(null, $"error parsing regexp: invalid or unsupported Perl syntax: `{pattern}`");
        }
        catch (NotSupportedException)
        {
            // The automaton would be larger than the engine allows.
            return new(null, $"error parsing regexp: expression nests too deeply: `{pattern}`");
        }
    }
}
