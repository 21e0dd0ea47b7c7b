using System.Globalization;

namespace Orchestrator.Api.CustomResources.Columns;

/// <summary>Reads the text of a path. Bounded by the text's length: it never goes back.</summary>
internal sealed class JsonPathParser(string text)
{
    private readonly List<JsonPathStep> steps = [];
    private int at;

    public IReadOnlyList<JsonPathStep> Parse(out string? fault)
    {
        fault = null;
        if (At('$') || At('@'))
        {
            at++;
        }

        while (at < text.Length && fault is null)
        {
            fault = text[at] switch
            {
                '.' => ReadDot(),
                '[' => ReadBracket(),
                _ when at == 0 => ReadName(),
                _ => $"unexpected character {text[at]} in {text}",
            };
        }

        return steps;
    }

    private string? ReadDot()
    {
        at++;
        if (At('.'))
        {
            at++;
            steps.Add(new JsonPathStep.Descent());
        }

        return At('[') || at == text.Length ? null : ReadName();
    }

    private string? ReadName()
    {
        if (At('*'))
        {
            at++;
            steps.Add(new JsonPathStep.Wildcard());
            return null;
        }

        var name = new System.Text.StringBuilder();
        while (at < text.Length && text[at] is not ('.' or '[' or ']' or ' '))
        {
            if (text[at] == '\\' && at + 1 < text.Length)
            {
                at++;
            }

            name.Append(text[at++]);
        }

        if (name.Length == 0)
        {
            return $"a name is missing in {text}";
        }

        steps.Add(new JsonPathStep.Field(name.ToString()));
        return null;
    }

    private string? ReadBracket()
    {
        var end = Closing();
        if (end < 0)
        {
            return "unterminated array";
        }

        var content = text[(at + 1)..end].Trim();
        at = end + 1;
        if (content.StartsWith("?(", StringComparison.Ordinal) && content.EndsWith(')'))
        {
            return ReadFilter(content[2..^1]);
        }

        var parts = new List<JsonPathStep>();
        foreach (var part in content.Split(',', StringSplitOptions.TrimEntries))
        {
            if (ReadPart(part) is not { } step)
            {
                return $"invalid array index {part}";
            }

            parts.Add(step);
        }

        steps.Add(parts.Count == 1 ? parts[0] : new JsonPathStep.Union(parts));
        return null;
    }

    private static JsonPathStep? ReadPart(string part)
    {
        if (part == "*")
        {
            return new JsonPathStep.Wildcard();
        }

        if (part.Length >= 2 && part[0] is '\'' or '"' && part[^1] == part[0])
        {
            return new JsonPathStep.Field(part[1..^1]);
        }

        var bounds = part.Split(':');
        if (bounds.Length > 3 || !bounds.All(bound => bound.Length == 0 || Whole(bound) is not null) || part.Length == 0)
        {
            return null;
        }

        return new JsonPathStep.Slice(Whole(bounds[0]), bounds.Length > 1 ? Whole(bounds[1]) : null, bounds.Length > 2 ? Whole(bounds[2]) ?? 1 : 1, bounds.Length == 1);
    }

    private string? ReadFilter(string condition)
    {
        foreach (var symbol in (string[])["==", "!=", "<=", ">=", "<", ">"])
        {
            var place = OutsideQuotes(condition, symbol);
            if (place < 0)
            {
                continue;
            }

            var left = Operand(condition[..place].Trim(), out var leftFault);
            var right = Operand(condition[(place + symbol.Length)..].Trim(), out var rightFault);
            if ((leftFault ?? rightFault) is { } fault)
            {
                return fault;
            }

            steps.Add(new JsonPathStep.Filter(left, symbol, right));
            return null;
        }

        var operand = Operand(condition.Trim(), out var wrong);
        steps.Add(new JsonPathStep.Filter(operand, "exists", null));
        return wrong;
    }

    private static JsonPathOperand Operand(string text, out string? fault)
    {
        fault = null;
        if (text.Length >= 2 && text[0] is '"' or '\'' && text[^1] == text[0])
        {
            return new JsonPathOperand(null, text[1..^1]);
        }

        return text.StartsWith('@') ? new JsonPathOperand(JsonPath.Parse(text, out fault), "") : new JsonPathOperand(null, text);
    }

    /// <summary>Where the bracket that opens here is closed; quotes hide brackets.</summary>
    private int Closing()
    {
        var (depth, quote) = (0, '\0');
        for (var index = at; index < text.Length; index++)
        {
            var letter = text[index];
            if (quote != '\0')
            {
                quote = letter == quote ? '\0' : quote;
            }
            else if (letter is '"' or '\'')
            {
                quote = letter;
            }
            else if (letter == '[')
            {
                depth++;
            }
            else if (letter == ']' && --depth == 0)
            {
                return index;
            }
        }

        return -1;
    }

    private static int OutsideQuotes(string condition, string symbol)
    {
        var quote = '\0';
        for (var index = 0; index < condition.Length; index++)
        {
            var letter = condition[index];
            if (quote != '\0')
            {
                quote = letter == quote ? '\0' : quote;
            }
            else if (letter is '"' or '\'')
            {
                quote = letter;
            }
            else if (condition.AsSpan(index).StartsWith(symbol, StringComparison.Ordinal))
            {
                return index;
            }
        }

        return -1;
    }

    private static int? Whole(string bound) => int.TryParse(bound, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? whole : null;

    private bool At(char letter) => at < text.Length && text[at] == letter;
}
