using System.Text;

namespace Orchestrator.Cel.Parsing;

/// <summary>The text of an expression and its lines, addressed by code points.</summary>
internal sealed class CelSource
{
    private readonly List<int> _lineStarts = [0];

    public CelSource(string text)
    {
        Text = text;
        CodePoints = [.. text.EnumerateRunes()];
        for (var i = 0; i < CodePoints.Length; i++)
        {
            if (CodePoints[i].Value == '\n') _lineStarts.Add(i + 1);
        }
    }

    public string Text { get; }

    public Rune[] CodePoints { get; }

    /// <summary>The line from 1 and the column from 0.</summary>
    public (int Line, int Column) Locate(int position)
    {
        var line = _lineStarts.BinarySearch(position);
        if (line < 0) line = ~line - 1;
        return (line + 1, position - _lineStarts[line]);
    }

    public string Slice(int start, int end)
    {
        var text = new StringBuilder(end - start);
        for (var i = start; i < end; i++) text.Append(CodePoints[i].ToString());
        return text.ToString();
    }

    public string Line(int line)
    {
        var start = _lineStarts[line - 1];
        var end = line < _lineStarts.Count ? _lineStarts[line] - 1 : CodePoints.Length;
        return Slice(start, end);
    }
}
