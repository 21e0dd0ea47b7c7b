using System.Text;

namespace Orchestrator.Agent.Pods;

/// <summary>Replaces <c>$(NAME)</c> by a variable's value; <c>$$</c> stands for one dollar sign.</summary>
/// <remarks>Upstream: third_party/forked/golang/expansion. What is no well-formed reference stays as it is written.</remarks>
internal static class VariableExpansion
{
    /// <summary>Expands a text with one look-up per reference; a look-up that knows no value answers what shall stand there.</summary>
    public static string Expand(string text, Func<string, string> valueOf)
    {
        if (!text.Contains('$', StringComparison.Ordinal))
        {
            return text;
        }

        var expanded = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '$' || i + 1 == text.Length)
            {
                expanded.Append(text[i]);
                continue;
            }

            i++;
            if (text[i] == '$')
            {
                expanded.Append('$');
            }
            else if (text[i] != '(')
            {
                expanded.Append('$').Append(text[i]);
            }
            else if (text.IndexOf(')', i) is var end and >= 0)
            {
                expanded.Append(valueOf(text[(i + 1)..end]));
                i = end;
            }
            else
            {
                // An open bracket that is never closed is plain text, and what follows it may hold references again.
                expanded.Append("$(");
            }
        }

        return expanded.ToString();
    }
}
