namespace Orchestrator.Api.Selectors;

/// <summary>Reads the query syntax of label selectors, token by token, with upstream's grammar and sentences.</summary>
internal sealed class LabelSelectorParser
{
    private const string Operators = "in, notin, =, ==, !=, gt, lt";
    private readonly List<string> _tokens = [];
    private int _position;

    internal LabelSelectorParser(string text) => Scan(text);

    /// <summary>Reads all requirements; returns what is wrong, or null.</summary>
    internal string? Parse(out List<LabelRequirement> requirements)
    {
        requirements = [];
        if (Peek().Length > 0 && Peek() != "!" && !IsIdentifier(Peek()))
        {
            return $"found '{Peek()}', expected: !, identifier, or 'end of string'";
        }

        while (Peek().Length > 0)
        {
            if (Requirement(out var requirement) is { } fault)
            {
                return "unable to parse requirement: " + fault;
            }

            requirements.Add(requirement);
            var next = Take();
            if (next.Length > 0 && next != ",")
            {
                return $"found '{next}', expected: ',' or 'end of string'";
            }

            if (next == "," && Peek() != "!" && !IsIdentifier(Peek()))
            {
                return $"found '{Peek()}', expected: identifier after ','";
            }
        }

        return null;
    }

    private string? Requirement(out LabelRequirement requirement)
    {
        requirement = new LabelRequirement("", LabelOperator.Exists, []);
        var negated = Peek() == "!";
        if (negated)
        {
            Take();
        }

        var key = Take();
        if (!IsIdentifier(key))
        {
            return $"found '{key}', expected: identifier";
        }

        if (LabelSyntax.KeyFaults(key) is { Count: > 0 } faults)
        {
            return $"<nil>: Invalid value: {LabelRequirement.Quoted(key)}: {string.Join("; ", faults)}";
        }

        if (negated || Peek() is "" or ",")
        {
            requirement = new LabelRequirement(key, negated ? LabelOperator.DoesNotExist : LabelOperator.Exists, []);
            return null;
        }

        var symbol = Take();
        if (Operator(symbol) is not { } operation)
        {
            return $"found '{symbol}', expected: {Operators}";
        }

        var fault = operation is LabelOperator.In or LabelOperator.NotIn ? Values(out var values) : ExactValue(out values);
        requirement = new LabelRequirement(key, operation, [.. values.Order(StringComparer.Ordinal)]);
        return fault ?? requirement.Fault();
    }

    private string? Values(out HashSet<string> values)
    {
        values = [];
        var open = Take();
        if (open != "(")
        {
            return $"found '{open}' expected: '('";
        }

        if (Peek() == ")")
        {
            Take();
            values.Add("");
            return null;
        }

        if (Peek() != "," && !IsIdentifier(Peek()))
        {
            return $"found '{Peek()}', expected: ',', ')' or identifier";
        }

        return Identifiers(values);
    }

    /// <summary>Reads up to the closing parenthesis; two commas in a row, or one at an end, stand for the empty value.</summary>
    private string? Identifiers(HashSet<string> values)
    {
        var wantsValue = true;
        for (var token = Take(); ; token = Take())
        {
            if (token == ")")
            {
                AddEmpty(values, wantsValue);
                return null;
            }

            if (token == ",")
            {
                AddEmpty(values, wantsValue);
                wantsValue = true;
            }
            else if (!wantsValue)
            {
                return $"found '{token}', expected: ',' or ')'";
            }
            else if (IsIdentifier(token))
            {
                values.Add(token);
                wantsValue = false;
            }
            else
            {
                return $"found '{token}', expected: ',', or identifier";
            }
        }
    }

    private static void AddEmpty(HashSet<string> values, bool wantsValue)
    {
        if (wantsValue)
        {
            values.Add("");
        }
    }

    private string? ExactValue(out HashSet<string> values)
    {
        values = [""];
        if (Peek() is "" or ",")
        {
            return null;
        }

        var value = Take();
        values = [value];
        return IsIdentifier(value) ? null : $"found '{value}', expected: identifier";
    }

    private static LabelOperator? Operator(string symbol) => symbol switch
    {
        "in" => LabelOperator.In,
        "notin" => LabelOperator.NotIn,
        "=" => LabelOperator.Equals,
        "==" => LabelOperator.DoubleEquals,
        "!=" => LabelOperator.NotEquals,
        ">" => LabelOperator.GreaterThan,
        "<" => LabelOperator.LessThan,
        _ => null,
    };

    private static bool IsIdentifier(string token) => token.Length > 0 && !IsSpecial(token[0]);

    private static bool IsSpecial(char c) => c is '=' or '!' or '(' or ')' or ',' or '>' or '<';

    private static bool IsBlank(char c) => c is ' ' or '\t' or '\r' or '\n';

    private string Peek() => _position < _tokens.Count ? _tokens[_position] : "";

    private string Take() => _position < _tokens.Count ? _tokens[_position++] : "";

    private void Scan(string text)
    {
        for (var i = 0; i < text.Length;)
        {
            var start = i;
            if (IsBlank(text[i]))
            {
                i++;
                continue;
            }

            if (IsSpecial(text[i]))
            {
                i += i + 1 < text.Length && text.AsSpan(i, 2) is "==" or "!=" ? 2 : 1;
            }
            else
            {
                while (i < text.Length && !IsSpecial(text[i]) && !IsBlank(text[i]))
                {
                    i++;
                }
            }

            _tokens.Add(text[start..i]);
        }
    }
}
