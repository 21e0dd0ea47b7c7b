using System.Globalization;
using System.Text;

namespace Orchestrator.Cel.Libraries;

/// <summary>A set of code points, written as a .NET pattern over UTF-16 that matches exactly one of them.</summary>
internal sealed class Re2Class
{
    /// <summary>Any code point.</summary>
    public const string Any = @"(?:[^\uD800-\uDFFF]|[\uD800-\uDBFF][\uDC00-\uDFFF])";

    /// <summary>Any code point but a line feed.</summary>
    public const string AnyButNewline = @"(?:[^\n\uD800-\uDFFF]|[\uD800-\uDBFF][\uDC00-\uDFFF])";

    private const int LastNarrow = 0xFFFF;
    private const int Last = 0x10FFFF;

    private static readonly HashSet<string> Categories = new(StringComparer.Ordinal)
    {
        "C", "Cc", "Cf", "Co", "Cs", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po",
        "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs",
    };

    private static readonly Dictionary<string, (int Low, int High)[]> Posix = new(StringComparer.Ordinal)
    {
        ["alnum"] = [('0', '9'), ('A', 'Z'), ('a', 'z')],
        ["alpha"] = [('A', 'Z'), ('a', 'z')],
        ["ascii"] = [(0, 0x7F)],
        ["blank"] = [('\t', '\t'), (' ', ' ')],
        ["cntrl"] = [(0, 0x1F), (0x7F, 0x7F)],
        ["digit"] = [('0', '9')],
        ["graph"] = [('!', '~')],
        ["lower"] = [('a', 'z')],
        ["print"] = [(' ', '~')],
        ["punct"] = [('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        ["space"] = [('\t', '\r'), (' ', ' ')],
        ["upper"] = [('A', 'Z')],
        ["word"] = [('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
        ["xdigit"] = [('0', '9'), ('A', 'F'), ('a', 'f')],
    };

    private static readonly Dictionary<char, (int Low, int High)[]> Perl = new()
    {
        ['d'] = [('0', '9')],
        ['s'] = [('\t', '\n'), ('\f', '\r'), (' ', ' ')],
        ['w'] = [('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
    };

    private readonly List<(int Low, int High)> _ranges = [];
    private readonly StringBuilder _categories = new();

    /// <summary>One code point as a pattern.</summary>
    public static string Literal(int codePoint) => codePoint <= LastNarrow
        ? char.IsAsciiLetterOrDigit((char)codePoint) ? ((char)codePoint).ToString() : Unit(codePoint)
        : string.Concat("(?:", Unit(char.ConvertFromUtf32(codePoint)[0]), Unit(char.ConvertFromUtf32(codePoint)[1]), ")");

    public void Add(int low, int high) => _ranges.Add((low, high));

    public void AddPerl(char name, bool negated) => AddAll(Perl[name], negated);

    public bool AddPosix(string name, bool negated)
    {
        if (!Posix.TryGetValue(name, out var ranges)) return false;
        AddAll(ranges, negated);
        return true;
    }

    public bool AddCategory(string name, bool negated)
    {
        if (name == "Any")
        {
            if (!negated) Add(0, Last);
            return true;
        }

        if (!Categories.Contains(name)) return false;
        _categories.Append(CultureInfo.InvariantCulture, $@"\{(negated ? 'P' : 'p')}{{{name}}}");
        return true;
    }

    /// <summary>The set, or its complement, as a pattern.</summary>
    public string Write(bool negated)
    {
        if (_categories.Length > 0)
        {
            // Categories are known of single UTF-16 units; code points beyond count as in no category.
            var units = string.Concat(_ranges.Where(range => range.Low <= LastNarrow).Select(range => Range(range.Low, Math.Min(range.High, LastNarrow))));
            return negated ? $@"(?:[^{units}{_categories}\uD800-\uDFFF]|[\uD800-\uDBFF][\uDC00-\uDFFF])" : $"[{units}{_categories}]";
        }

        var ranges = Merged();
        if (negated) ranges = Complement(ranges);
        var alternatives = new List<string>();
        var narrow = string.Concat(ranges.Where(range => range.Low <= LastNarrow).Select(range => Range(range.Low, Math.Min(range.High, LastNarrow))));
        if (narrow.Length > 0) alternatives.Add($"[{narrow}]");
        foreach (var (low, high) in ranges.Where(range => range.High > LastNarrow)) alternatives.AddRange(Pairs(Math.Max(low, LastNarrow + 1), high));
        return alternatives.Count switch
        {
            0 => "[^\\s\\S]",
            1 => alternatives[0],
            _ => $"(?:{string.Join('|', alternatives)})",
        };
    }

    private static IEnumerable<string> Pairs(int low, int high)
    {
        var (first, last) = (char.ConvertFromUtf32(low), char.ConvertFromUtf32(high));
        if (first[0] == last[0])
        {
            yield return $"(?:{Unit(first[0])}[{Range(first[1], last[1])}])";
            yield break;
        }

        yield return $"(?:{Unit(first[0])}[{Range(first[1], 0xDFFF)}])";
        if (last[0] - first[0] > 1) yield return $@"(?:[{Range(first[0] + 1, last[0] - 1)}][\uDC00-\uDFFF])";
        yield return $"(?:{Unit(last[0])}[{Range(0xDC00, last[1])}])";
    }

    private static string Unit(int unit) => $@"\u{unit:X4}";

    private static string Range(int low, int high) => low == high ? Unit(low) : $"{Unit(low)}-{Unit(high)}";

    private static List<(int Low, int High)> Complement(List<(int Low, int High)> ranges)
    {
        var complement = new List<(int Low, int High)>();
        var next = 0;
        // Half of a surrogate pair is no code point.
        foreach (var (low, high) in Merge([.. ranges, (0xD800, 0xDFFF)]))
        {
            if (low > next) complement.Add((next, low - 1));
            next = high + 1;
        }

        if (next <= Last) complement.Add((next, Last));
        return complement;
    }

    private static List<(int Low, int High)> Merge(IEnumerable<(int Low, int High)> ranges)
    {
        var merged = new List<(int Low, int High)>();
        foreach (var (low, high) in ranges.Order())
        {
            if (merged.Count > 0 && low <= merged[^1].High + 1) merged[^1] = (merged[^1].Low, Math.Max(merged[^1].High, high));
            else merged.Add((low, high));
        }

        return merged;
    }

    private List<(int Low, int High)> Merged() => Merge(_ranges);

    private void AddAll((int Low, int High)[] ranges, bool negated) => _ranges.AddRange(negated ? Complement(Merge(ranges)) : ranges);
}
