using System.Text;
using System.Text.RegularExpressions;

namespace Orchestrator.Cel.Schemas;

/// <summary>Names of JSON fields as expressions write them: <c>x-y</c> is <c>x__dash__y</c>, <c>namespace</c> is <c>__namespace__</c>.</summary>
/// <remarks>Upstream: pkg/cel/escaping.go of the apiserver.</remarks>
public static partial class FieldNames
{
    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package", "namespace",
        "return", "var", "void", "while",
    };

    /// <summary>The name in expressions, or null when no expression can write it.</summary>
    public static string? Escape(string name)
    {
        if (Reserved.Contains(name)) return $"__{name}__";
        if (name.Length == 0 || (name[0] is >= '0' and <= '9')) return null;
        var escaped = new StringBuilder(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            switch (name[i])
            {
                case '_' when i + 1 < name.Length && name[i + 1] == '_':
                    escaped.Append("__underscores__");
                    i++;
                    break;
                case '.':
                    escaped.Append("__dot__");
                    break;
                case '-':
                    escaped.Append("__dash__");
                    break;
                case '/':
                    escaped.Append("__slash__");
                    break;
                case '_' or (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9'):
                    escaped.Append(name[i]);
                    break;
                default:
                    return null;
            }
        }

        return escaped.ToString();
    }

    /// <summary>The name in JSON, or null when the name is none that <see cref="Escape"/> makes.</summary>
    public static string? Unescape(string name)
    {
        if (!name.Contains("__", StringComparison.Ordinal)) return name;
        if (name.StartsWith("__", StringComparison.Ordinal) && name.EndsWith("__", StringComparison.Ordinal) && name.Length > 4 && Reserved.Contains(name[2..^2])) return name[2..^2];
        var valid = true;
        var unescaped = EscapeSequence().Replace(name, match => match.Value switch
        {
            "__underscores__" => "__",
            "__dot__" => ".",
            "__dash__" => "-",
            "__slash__" => "/",
            _ => Invalid(),
        });
        return valid ? unescaped : null;

        string Invalid()
        {
            valid = false;
            return string.Empty;
        }
    }

    /// <summary>Whether a name is a word of the language, which field selections may use unescaped all the same.</summary>
    internal static bool IsReserved(string name) => Reserved.Contains(name);

    [GeneratedRegex("__underscores__|__dot__|__dash__|__slash__|__")]
    private static partial Regex EscapeSequence();
}
