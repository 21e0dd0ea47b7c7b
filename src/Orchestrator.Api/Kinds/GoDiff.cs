using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Api.Kinds;

/// <summary>The difference of two documents as some of upstream's messages show it: a unified diff of their indented JSON.</summary>
/// <remarks>Upstream: apimachinery/pkg/util/diff.</remarks>
internal static class GoDiff
{
    /// <summary>How many lines that stay are shown around those that change.</summary>
    private const int Context = 3;

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true, IndentSize = 1, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The hunks; documents of the size of a spec are meant.</summary>
    public static string Of(JsonNode before, JsonNode after)
    {
        var (old, now) = (before.ToJsonString(Indented).Split('\n'), after.ToJsonString(Indented).Split('\n'));
        var edits = Edits(old, now);
        var text = new StringBuilder();
        for (var at = 0; at < edits.Count;)
        {
            var first = edits.FindIndex(at, edit => edit.Sign != ' ');
            if (first < 0)
            {
                break;
            }

            var last = first;
            for (var next = first; next >= 0 && next - last <= 2 * Context; next = edits.FindIndex(next + 1, edit => edit.Sign != ' '))
            {
                last = next;
            }

            AppendHunk(text, edits, Math.Max(first - Context, 0), Math.Min(last + Context, edits.Count - 1));
            at = last + 1;
        }

        return text.ToString();
    }

    private static void AppendHunk(StringBuilder text, List<(char Sign, string Line)> edits, int from, int to)
    {
        var (old, now) = (edits.Take(from).Count(edit => edit.Sign != '+') + 1, edits.Take(from).Count(edit => edit.Sign != '-') + 1);
        var hunk = edits.GetRange(from, to - from + 1);
        text.Append(CultureInfo.InvariantCulture,
            $"@@ -{old},{hunk.Count(edit => edit.Sign != '+')} +{now},{hunk.Count(edit => edit.Sign != '-')} @@\n");
        foreach (var (sign, line) in hunk)
        {
            text.Append(sign).Append(line).Append('\n');
        }
    }

    /// <summary>The shortest way from one text to the other by the longest common subsequence of their lines.</summary>
    private static List<(char Sign, string Line)> Edits(string[] old, string[] now)
    {
        var common = new int[old.Length + 1, now.Length + 1];
        for (var i = old.Length - 1; i >= 0; i--)
        {
            for (var j = now.Length - 1; j >= 0; j--)
            {
                common[i, j] = old[i] == now[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        var edits = new List<(char, string)>(old.Length + now.Length);
        for (int i = 0, j = 0; i < old.Length || j < now.Length;)
        {
            if (i < old.Length && j < now.Length && old[i] == now[j])
            {
                edits.Add((' ', old[i]));
                (i, j) = (i + 1, j + 1);
            }
            else if (j == now.Length || (i < old.Length && common[i + 1, j] >= common[i, j + 1]))
            {
                edits.Add(('-', old[i++]));
            }
            else
            {
                edits.Add(('+', now[j++]));
            }
        }

        return edits;
    }
}
