namespace Orchestrator.Cel.Parsing;

/// <summary>Collects what is wrong with an expression and prints it as cel-go does.</summary>
/// <remarks>Upstream: common/error.go and common/errors.go.</remarks>
internal sealed class CelIssues(CelSource source)
{
    /// <summary>More issues than these are only counted.</summary>
    private const int MostReported = 100;

    /// <summary>Longer lines are not quoted.</summary>
    private const int LongestQuotedLine = 16384;

    private readonly List<CelIssue> _issues = [];
    private int _dropped;

    public bool Any => _issues.Count > 0;

    public void Report(int position, string message)
    {
        if (_issues.Count >= MostReported)
        {
            _dropped++;
            return;
        }

        var (line, column) = source.Locate(position);
        var quoted = source.Line(line);
        var display = $"ERROR: <input>:{line}:{column + 1}: {message}";
        if (quoted.Length <= LongestQuotedLine) display += $"\n | {quoted.Replace('\t', ' ')}\n | {Marker(line, column)}";
        _issues.Add(new CelIssue(line, column + 1, message, display));
    }

    /// <summary>Reports what concerns the expression as a whole.</summary>
    public void ReportWhole(string message) => _issues.Add(new CelIssue(-1, 0, message, $"ERROR: <input>:-1:0: {message}"));

    public IReadOnlyList<CelIssue> ToList()
    {
        var sorted = _issues.OrderBy(issue => issue.Line).ThenBy(issue => issue.Column).ToList();
        if (_dropped > 0) sorted.Add(new CelIssue(0, 0, $"{_dropped} more errors were truncated", $"{_dropped} more errors were truncated"));
        return sorted;
    }

    /// <summary>Dots up to the column; a code point that prints wide gets a wide dot, so that the mark stays below it.</summary>
    private string Marker(int line, int column)
    {
        var wideDot = "\uFF0E";
        var wideMark = "\uFF3E";
        var text = source.Line(line).EnumerateRunes().ToList();
        var dots = string.Concat(text.Take(column).Select(rune => rune.Utf8SequenceLength > 1 ? wideDot : "."));
        if (text.Count < column) dots += new string('.', column - text.Count);
        return dots + (column < text.Count && text[column].Utf8SequenceLength > 1 ? wideMark : "^");
    }
}
