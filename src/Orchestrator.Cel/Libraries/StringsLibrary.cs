using System.Text;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Libraries;

/// <summary>Functions of texts. Positions count code points.</summary>
/// <remarks>Upstream: ext/strings.go of cel-go.</remarks>
internal static class StringsLibrary
{
    /// <summary>The longest text that replacing or joining makes, in UTF-16 units. Their cost does not bound it: it is told from what goes in.</summary>
    private const int LongestMade = 64 * 1024 * 1024;

    private static readonly CelError TooLong = new($"string result exceeds the maximum length allowed ({LongestMade})");

    public static void Declare(CelLibraryBuilder builder)
    {
        var functions = builder.Functions;
        var text = CelType.String;
        functions.Member("charAt", "string_char_at_int", [text, CelType.Int], text, static arguments => CharAt(Text(arguments[0]), Number(arguments[1])));
        functions.Member("indexOf", "string_index_of_string", [text, text], CelType.Int, static arguments => IndexOf(Text(arguments[0]), Text(arguments[1]), null));
        functions.Member("indexOf", "string_index_of_string_int", [text, text, CelType.Int], CelType.Int, static arguments => IndexOf(Text(arguments[0]), Text(arguments[1]), Number(arguments[2])));
        functions.Member("lastIndexOf", "string_last_index_of_string", [text, text], CelType.Int, static arguments => LastIndexOf(Text(arguments[0]), Text(arguments[1]), null));
        functions.Member("lastIndexOf", "string_last_index_of_string_int", [text, text, CelType.Int], CelType.Int, static arguments => LastIndexOf(Text(arguments[0]), Text(arguments[1]), Number(arguments[2])));
        functions.Member("lowerAscii", "string_lower_ascii", [text], text, static arguments => CelString.Of(Mapped(Text(arguments[0]), static c => char.IsAsciiLetterUpper(c) ? (char)(c + 32) : c)));
        functions.Member("upperAscii", "string_upper_ascii", [text], text, static arguments => CelString.Of(Mapped(Text(arguments[0]), static c => char.IsAsciiLetterLower(c) ? (char)(c - 32) : c)));
        functions.Member("replace", "string_replace_string_string", [text, text, text], text, static arguments =>
            Replace(Text(arguments[0]), Text(arguments[1]), Text(arguments[2]), -1));
        functions.Member("replace", "string_replace_string_string_int", [text, text, text, CelType.Int], text, static arguments =>
            Replace(Text(arguments[0]), Text(arguments[1]), Text(arguments[2]), Number(arguments[3])));
        functions.Member("split", "string_split_string", [text, text], CelType.ListOf(text), static arguments => Split(Text(arguments[0]), Text(arguments[1]), -1));
        functions.Member("split", "string_split_string_int", [text, text, CelType.Int], CelType.ListOf(text), static arguments => Split(Text(arguments[0]), Text(arguments[1]), Number(arguments[2])));
        functions.Member("substring", "string_substring_int", [text, CelType.Int], text, static arguments => Substring(Text(arguments[0]), Number(arguments[1]), null));
        functions.Member("substring", "string_substring_int_int", [text, CelType.Int, CelType.Int], text, static arguments => Substring(Text(arguments[0]), Number(arguments[1]), Number(arguments[2])));
        functions.Member("trim", "string_trim", [text], text, static arguments => CelString.Of(Text(arguments[0]).Trim()));
        functions.Member("join", "list_join", [CelType.ListOf(text)], text, static arguments => Join((CelList)arguments[0], string.Empty));
        functions.Member("join", "list_join_string", [CelType.ListOf(text), text], text, static arguments => Join((CelList)arguments[0], Text(arguments[1])));
        functions.Member("format", "string_format", [text, CelType.AnyList], text, static arguments => StringFormat.Format(Text(arguments[0]), (CelList)arguments[1]));
        functions.Global("strings.quote", "strings_quote", [text], text, static arguments => CelString.Of(CelQuote.Cel(Text(arguments[0]))));
    }

    public static void DeclareReverse(CelLibraryBuilder builder) =>
        builder.Functions.Member("reverse", "string_reverse", [CelType.String], CelType.String, static arguments => CelString.Of(string.Concat(Text(arguments[0]).EnumerateRunes().Reverse().Select(rune => rune.ToString()))));

    private static string Text(CelValue value) => ((CelString)value).Value;

    private static long Number(CelValue value) => ((CelInt)value).Value;

    private static CelError OutOfRange(long index) => new($"index out of range: {index}");

    private static string Mapped(string text, Func<char, char> map) => string.Create(text.Length, (text, map), static (output, state) =>
    {
        for (var i = 0; i < output.Length; i++) output[i] = state.map(state.text[i]);
    });

    private static CelValue CharAt(string text, long index)
    {
        var runes = Runes(text);
        if (index < 0 || index > runes.Length) return OutOfRange(index);
        return index == runes.Length ? CelString.Empty : CelString.Of(runes[index].ToString());
    }

    private static CelValue IndexOf(string text, string part, long? offset)
    {
        if (part.Length == 0) return CelInt.Of(offset ?? 0);
        var (runes, wanted) = (Runes(text), Runes(part));
        if (offset is { } given && (given < 0 || given >= runes.Length)) return OutOfRange(given);
        for (var i = offset ?? 0; i <= runes.Length - wanted.Length; i++)
        {
            if (runes.AsSpan((int)i, wanted.Length).SequenceEqual(wanted)) return CelInt.Of(i);
        }

        return CelInt.Of(-1);
    }

    private static CelValue LastIndexOf(string text, string part, long? offset)
    {
        var (runes, wanted) = (Runes(text), Runes(part));
        if (wanted.Length == 0) return CelInt.Of(offset ?? runes.Length);
        if (runes.Length == 0 && offset is null) return CelInt.Of(-1);
        if (offset is { } given && (given < 0 || given >= runes.Length)) return OutOfRange(given);
        for (var i = Math.Min(offset ?? long.MaxValue, runes.Length - wanted.Length); i >= 0; i--)
        {
            if (runes.AsSpan((int)i, wanted.Length).SequenceEqual(wanted)) return CelInt.Of(i);
        }

        return CelInt.Of(-1);
    }

    private static CelValue Replace(string text, string old, string with, long limit)
    {
        if (limit == 0 || (old.Length == 0 && with.Length == 0)) return CelString.Of(text);
        var result = new StringBuilder(text.Length);
        var at = 0;
        for (var count = 0L; limit < 0 || count < limit; count++)
        {
            int found;
            if (old.Length == 0)
            {
                // Before the first code point and after each.
                found = count == 0 ? 0 : at < text.Length ? at + (char.IsSurrogatePair(text, at) ? 2 : 1) : -1;
            }
            else
            {
                found = text.IndexOf(old, at, StringComparison.Ordinal);
            }

            if (found < 0) break;
            if (result.Length + with.Length > LongestMade) return TooLong;
            result.Append(text, at, found - at).Append(with);
            at = found + old.Length;
        }

        return CelString.Of(result.Append(text, at, text.Length - at).ToString());
    }

    private static CelList Split(string text, string separator, long limit)
    {
        if (limit == 0) return CelList.Of();
        var parts = new List<CelValue>();
        var at = 0;
        while (limit < 0 || parts.Count < limit - 1)
        {
            int end;
            if (separator.Length == 0)
            {
                if (at >= text.Length) break;
                end = at + (char.IsSurrogatePair(text, at) ? 2 : 1);
                if (end >= text.Length) break;
            }
            else
            {
                end = text.IndexOf(separator, at, StringComparison.Ordinal);
            }

            if (end < 0) break;
            parts.Add(CelString.Of(text[at..end]));
            at = end + separator.Length;
        }

        if (separator.Length > 0 || at < text.Length) parts.Add(CelString.Of(text[at..]));
        return CelList.Of(parts);
    }

    private static CelValue Substring(string text, long start, long? end)
    {
        var runes = Runes(text);
        if (end is { } given && start > given) return new CelError($"invalid substring range. start: {start}, end: {given}");
        if (start < 0 || start > runes.Length) return OutOfRange(start);
        if (end is { } last && (last < 0 || last > runes.Length)) return OutOfRange(last);
        var until = end ?? runes.Length;
        var result = new StringBuilder((int)(until - start));
        for (var i = start; i < until; i++) result.Append(runes[i].ToString());
        return CelString.Of(result.ToString());
    }

    private static CelValue Join(CelList list, string separator)
    {
        var result = new StringBuilder();
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i] is not CelString part) return list[i] as CelError ?? CelError.NoSuchOverload;
            if (result.Length + separator.Length + part.Value.Length > LongestMade) return TooLong;
            if (i > 0) result.Append(separator);
            result.Append(part.Value);
        }

        return CelString.Of(result.ToString());
    }

    private static Rune[] Runes(string text) => [.. text.EnumerateRunes()];
}
