using System.Runtime.CompilerServices;

namespace Orchestrator.Cel.Parsing;

/// <summary>Reads a source into a syntax tree and expands the macros. The first syntax error ends it.</summary>
/// <remarks>Upstream: parser/parser.go and parser/gen/CEL.g4. A recursive descent instead of ANTLR: the positions and the common messages agree,
/// what ANTLR says after it recovered from a syntax error is not repeated.</remarks>
internal sealed partial class CelParser
{
    /// <summary>How deep each of: parentheses, operator chains, member chains, may go; upstream's default of MaxRecursionDepth.</summary>
    internal const int DeepestNesting = 250;

    /// <summary>The longest expression in code points; upstream's default of ExpressionSizeCodePointLimit.</summary>
    internal const int LongestExpression = 100_000;

    private const string OperandStart =
        "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop", "package", "namespace",
        "null", "return", "true", "var", "void", "while",
    };

    private static readonly HashSet<string> Keywords = new(StringComparer.Ordinal) { "in", "true", "false", "null" };

    private static readonly Dictionary<string, string> Relations = new(StringComparer.Ordinal)
    {
        ["=="] = CelOperators.Equal,
        ["!="] = CelOperators.NotEqual,
        ["<"] = CelOperators.Less,
        ["<="] = CelOperators.LessOrEqual,
        [">"] = CelOperators.Greater,
        [">="] = CelOperators.GreaterOrEqual,
        ["in"] = CelOperators.In,
    };

    private readonly CelIssues _issues;
    private readonly CelMacros _macros;
    private readonly List<CelToken> _tokens;
    private readonly bool _optionalSyntax;
    private int _at;
    private int _expressionDepth;
    private int _relationDepth;
    private int _calculationDepth;
    private int _memberDepth;

    private CelParser(CelSource source, CelIssues issues, CelMacros macros, bool optionalSyntax)
    {
        _issues = issues;
        _macros = macros;
        _optionalSyntax = optionalSyntax;
        _tokens = new CelLexer(source, issues).Read();
    }

    private CelToken Current => _tokens[_at];

    /// <summary>The syntax tree, or null with at least one issue reported.</summary>
    public static CelExpression? Parse(CelSource source, CelIssues issues, CelMacros macros, bool optionalSyntax)
    {
        if (source.CodePoints.Length > LongestExpression)
        {
            issues.ReportWhole($"expression code point size exceeds limit: size: {source.CodePoints.Length}, limit {LongestExpression}");
            return null;
        }

        var parser = new CelParser(source, issues, macros, optionalSyntax);
        var expression = parser.Expression();
        if (expression is not null && parser.Current.Kind != CelTokenKind.End) parser.Unexpected("<EOF>", next => next.Kind == CelTokenKind.End);
        return issues.Any ? null : expression;
    }

    private CelExpression? Expression()
    {
        if (!Enter(ref _expressionDepth)) return null;
        var expression = Conditional();
        _expressionDepth--;
        return expression;
    }

    private CelExpression? Conditional()
    {
        if (Chain("||", CelOperators.Or, static parser => parser.Chain("&&", CelOperators.And, static inner => inner.Relation())) is not { } condition) return null;
        if (!Current.Is("?")) return condition;
        var position = Take().Position;
        if (Chain("||", CelOperators.Or, static parser => parser.Chain("&&", CelOperators.And, static inner => inner.Relation())) is not { } ifTrue) return null;
        if (!Expect(":") || Expression() is not { } ifFalse) return null;
        return new CallExpression(position, CelOperators.Conditional, null, condition, ifTrue, ifFalse);
    }

    /// <summary>A chain of one logical operator as a balanced tree, so that a long chain is not a deep one.</summary>
    private CelExpression? Chain(string symbol, string function, Func<CelParser, CelExpression?> operand)
    {
        if (operand(this) is not { } first) return null;
        if (!Current.Is(symbol)) return first;
        var terms = new List<CelExpression> { first };
        var positions = new List<int>();
        while (Current.Is(symbol))
        {
            positions.Add(Take().Position);
            if (operand(this) is not { } term) return null;
            terms.Add(term);
        }

        return Balanced(function, terms, positions, 0, positions.Count - 1);
    }

    private static CallExpression Balanced(string function, List<CelExpression> terms, List<int> positions, int low, int high)
    {
        var middle = (low + high + 1) / 2;
        var left = middle == low ? terms[middle] : Balanced(function, terms, positions, low, middle - 1);
        var right = middle == high ? terms[middle + 1] : Balanced(function, terms, positions, middle + 1, high);
        return new CallExpression(positions[middle], function, null, left, right);
    }

    private CelExpression? Relation()
    {
        var outer = _relationDepth;
        if (Calculation(0) is not { } left) return null;
        while (Current.Kind is CelTokenKind.Symbol or CelTokenKind.Identifier && Relations.TryGetValue(Current.Text, out var function))
        {
            if (!Enter(ref _relationDepth)) return null;
            var position = Take().Position;
            if (Calculation(0) is not { } right) return null;
            left = new CallExpression(position, function, null, left, right);
        }

        _relationDepth = outer;
        return left;
    }

    /// <summary>Sums of products: precedence 0 is a sum, 1 a product.</summary>
    private CelExpression? Calculation(int precedence)
    {
        var outer = _calculationDepth;
        if ((precedence == 0 ? Calculation(1) : Unary()) is not { } left) return null;
        while (CalculationOf(precedence) is { } function)
        {
            if (!Enter(ref _calculationDepth)) return null;
            var position = Take().Position;
            if ((precedence == 0 ? Calculation(1) : Unary()) is not { } right) return null;
            left = new CallExpression(position, function, null, left, right);
        }

        _calculationDepth = outer;
        return left;
    }

    private string? CalculationOf(int precedence) => Current.Kind != CelTokenKind.Symbol ? null : (precedence, Current.Text) switch
    {
        (0, "+") => CelOperators.Add,
        (0, "-") => CelOperators.Subtract,
        (1, "*") => CelOperators.Multiply,
        (1, "/") => CelOperators.Divide,
        (1, "%") => CelOperators.Modulo,
        _ => null,
    };

    private CelExpression? Unary()
    {
        var symbol = Current;
        if (!symbol.Is("!") && !symbol.Is("-")) return Member();
        var count = 0;
        while (Current.Is(symbol.Text))
        {
            // The sign of a number literal belongs to it, so that the least int can be written.
            if (symbol.Text == "-" && count == 0 && _tokens[_at + 1].Kind is CelTokenKind.Int or CelTokenKind.Double) return Member();
            count++;
            _at++;
        }

        if (Member() is not { } operand) return null;
        return count % 2 == 0 ? operand : new CallExpression(symbol.Position, symbol.Text == "!" ? CelOperators.Not : CelOperators.Negate, null, operand);
    }

    private CelExpression? Member()
    {
        var outer = _memberDepth;
        if (Primary() is not { } operand) return null;
        while (Current.Is(".") || Current.Is("["))
        {
            if (!Enter(ref _memberDepth)) return null;
            if ((Current.Is(".") ? Select(operand) : Index(operand)) is not { } next) return null;
            operand = next;
        }

        _memberDepth = outer;
        return operand;
    }

    private CelExpression? Select(CelExpression operand)
    {
        var position = Take().Position;
        var optional = Current.Is("?");
        if (optional && !_optionalSyntax)
        {
            _issues.Report(position, "unsupported syntax '.?'");
            return null;
        }

        if (optional) _at++;
        if (FieldName(allowQuoted: true) is not { } name) return null;
        if (optional) return new SelectExpression(position, operand, name, optional: true);
        if (!Current.Is("(") || _tokens[_at - 1].Kind == CelTokenKind.QuotedIdentifier) return new SelectExpression(position, operand, name);
        var open = Take().Position;
        return Arguments() is not { } arguments ? null : _macros.Expand(this, open, name, operand, arguments);
    }

    private CallExpression? Index(CelExpression operand)
    {
        var position = Take().Position;
        var optional = Current.Is("?");
        if (optional && !_optionalSyntax)
        {
            _issues.Report(position, "unsupported syntax '[?'");
            return null;
        }

        if (optional) _at++;
        if (Expression() is not { } index || !Expect("]")) return null;
        return new CallExpression(position, optional ? CelOperators.OptionalIndex : CelOperators.Index, null, operand, index);
    }

    private string? FieldName(bool allowQuoted)
    {
        if (Current.Kind == CelTokenKind.Identifier && !Keywords.Contains(Current.Text)) return Take().Text;
        if (allowQuoted && Current.Kind == CelTokenKind.QuotedIdentifier) return Take().Text[1..^1];
        if (Current.Kind == CelTokenKind.End)
        {
            _issues.Report(Current.Position, $"Syntax error: no viable alternative at input '.'");
            return null;
        }

        Unexpected("IDENTIFIER", next => next.Kind == CelTokenKind.Identifier);
        return null;
    }

    private CelExpression[]? Arguments()
    {
        var arguments = new List<CelExpression>();
        if (Current.Is(")"))
        {
            _at++;
            return [];
        }

        do
        {
            if (Expression() is not { } argument) return null;
            arguments.Add(argument);
        }
        while (TakeIf(","));
        return Expect(")") ? [.. arguments] : null;
    }

    /// <summary>Counts a level; false, with the issue reported, when there are too many.</summary>
    private bool Enter(ref int depth)
    {
        if (++depth <= DeepestNesting && RuntimeHelpers.TryEnsureSufficientExecutionStack()) return true;
        _issues.ReportWhole($"expression recursion limit exceeded: {DeepestNesting}");
        return false;
    }

    private CelToken Take() => _tokens[_at++];

    private bool TakeIf(string symbol)
    {
        if (!Current.Is(symbol)) return false;
        _at++;
        return true;
    }

    private bool Expect(string symbol)
    {
        if (TakeIf(symbol)) return true;
        if (Current.Kind == CelTokenKind.End && _expressionDepth <= 1)
        {
            _issues.Report(Current.Position, $"Syntax error: missing '{symbol}' at '<EOF>'");
            return false;
        }

        Unexpected($"'{symbol}'", next => next.Is(symbol));
        return false;
    }

    /// <summary>Reports the current token in ANTLR's words: it is extraneous when the input would go on without it.</summary>
    private void Unexpected(string expected, Func<CelToken, bool> fits)
    {
        var extraneous = Current.Kind != CelTokenKind.End && fits(_tokens[_at + 1]);
        _issues.Report(Current.Position, $"Syntax error: {(extraneous ? "extraneous" : "mismatched")} input '{Current.Shown}' expecting {expected}");
    }
}
