using System.Globalization;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Parsing;

/// <content>Names, literals, lists, maps and objects.</content>
internal sealed partial class CelParser
{
    /// <summary>Reports an issue found while a macro is expanded and ends the parse.</summary>
    internal CelExpression? Fail(int position, string message)
    {
        _issues.Report(position, message);
        return null;
    }

    private CelExpression? Primary()
    {
        var token = Current;
        switch (token.Kind)
        {
            case CelTokenKind.Int or CelTokenKind.Uint or CelTokenKind.Double:
                _at++;
                return Number(token, negative: false);
            case CelTokenKind.String:
                _at++;
                return CelUnquote.Text(token.Text) is { } text ? new LiteralExpression(token.Position, CelString.Of(text)) : Fail(token.Position, "unable to unescape string");
            case CelTokenKind.Bytes:
                _at++;
                return CelUnquote.Bytes(token.Text) is { } bytes ? new LiteralExpression(token.Position, new CelBytes(bytes)) : Fail(token.Position, "unable to unescape string");
            case CelTokenKind.Identifier when token.Text is "true" or "false":
                _at++;
                return new LiteralExpression(token.Position, CelBool.Of(token.Text == "true"));
            case CelTokenKind.Identifier when token.Text == "null":
                _at++;
                return new LiteralExpression(token.Position, CelNull.Instance);
            case CelTokenKind.Identifier when token.Text != "in":
                return Name(leadingDot: false);
            case CelTokenKind.Symbol:
                return Bracketed(token);
            default:
                return NoOperand();
        }
    }

    private CelExpression? Bracketed(CelToken token)
    {
        switch (token.Text)
        {
            case "-" when _tokens[_at + 1].Kind is CelTokenKind.Int or CelTokenKind.Double:
                _at += 2;
                return Number(_tokens[_at - 1] with { Position = token.Position }, negative: true);
            case "(":
                _at++;
                return Expression() is { } nested && Expect(")") ? nested : null;
            case "[":
                return List();
            case "{":
                return Map();
            case "." when _tokens[_at + 1].Kind == CelTokenKind.Identifier:
                _at++;
                return Name(leadingDot: true);
            default:
                return NoOperand();
        }
    }

    private CelExpression? NoOperand()
    {
        Unexpected(OperandStart, next => next.Kind is not (CelTokenKind.Symbol or CelTokenKind.End) || next.Text is "(" or "[" or "{" or "." or "-" or "!");
        return null;
    }

    /// <summary>A variable, a call, or the type of an object literal.</summary>
    private CelExpression? Name(bool leadingDot)
    {
        var token = Take();
        var name = leadingDot ? "." + token.Text : token.Text;
        if (ObjectBrace() is { } brace) return Object(name, brace);
        if (Reserved.Contains(token.Text)) return Fail(token.Position, $"reserved identifier: {token.Text}");
        if (!Current.Is("(")) return new IdentExpression(token.Position, name);
        var open = Take().Position;
        return Arguments() is not { } arguments ? null : _macros.Expand(this, open, name, null, arguments);
    }

    /// <summary>The place of the brace when the name that was begun goes on as <c>.b.C{</c>.</summary>
    private int? ObjectBrace()
    {
        var ahead = _at;
        while (_tokens[ahead].Is(".") && _tokens[ahead + 1].Kind == CelTokenKind.Identifier) ahead += 2;
        return _tokens[ahead].Is("{") ? ahead : null;
    }

    private ObjectExpression? Object(string name, int brace)
    {
        for (; _at < brace; _at += 2) name += "." + _tokens[_at + 1].Text;
        var position = Take().Position;
        var fields = new List<FieldExpression>();
        while (!Current.Is("}"))
        {
            var optional = OptionalMark();
            if (optional is null || FieldName(allowQuoted: true) is not { } field) return null;
            var colon = Current.Position;
            if (!Expect(":") || Expression() is not { } value) return null;
            fields.Add(new FieldExpression(colon, field, value, optional.Value));
            if (!TakeIf(",")) break;
        }

        return Expect("}") ? new ObjectExpression(position, name, [.. fields]) : null;
    }

    private ListExpression? List()
    {
        var position = Take().Position;
        var elements = new List<CelExpression>();
        var optional = new List<bool>();
        while (!Current.Is("]"))
        {
            var mark = OptionalMark();
            if (mark is null || Expression() is not { } element) return null;
            elements.Add(element);
            optional.Add(mark.Value);
            if (!TakeIf(",")) break;
        }

        return Expect("]") ? new ListExpression(position, [.. elements], [.. optional]) : null;
    }

    private MapExpression? Map()
    {
        var position = Take().Position;
        var entries = new List<MapEntryExpression>();
        while (!Current.Is("}"))
        {
            var mark = OptionalMark();
            if (mark is null || Expression() is not { } key) return null;
            var colon = Current.Position;
            if (!Expect(":") || Expression() is not { } value) return null;
            entries.Add(new MapEntryExpression(colon, key, value, mark.Value));
            if (!TakeIf(",")) break;
        }

        return Expect("}") ? new MapExpression(position, [.. entries]) : null;
    }

    /// <summary>Whether an entry is marked optional; null, with the issue reported, where the syntax is off.</summary>
    private bool? OptionalMark()
    {
        if (!Current.Is("?")) return false;
        var position = Take().Position;
        if (_optionalSyntax) return true;
        _issues.Report(position, "unsupported syntax '?'");
        return null;
    }

    private CelExpression? Number(CelToken token, bool negative)
    {
        var text = token.Text;
        var hexadecimal = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        var style = hexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        switch (token.Kind)
        {
            case CelTokenKind.Double:
                var real = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
                if (double.IsInfinity(real)) return Fail(token.Position, "invalid double literal");
                return new LiteralExpression(token.Position, CelDouble.Of(negative ? -real : real));
            case CelTokenKind.Uint:
                var digits = hexadecimal ? text[2..^1] : text[..^1];
                if (!ulong.TryParse(digits, style, CultureInfo.InvariantCulture, out var unsigned)) return Fail(token.Position, "invalid uint literal");
                return new LiteralExpression(token.Position, CelUint.Of(unsigned));
            default:
                if (!ulong.TryParse(hexadecimal ? text[2..] : text, style, CultureInfo.InvariantCulture, out var magnitude)
                    || magnitude > (ulong)long.MaxValue + (negative ? 1UL : 0UL))
                {
                    return Fail(token.Position, "invalid int literal");
                }

                return new LiteralExpression(token.Position, CelInt.Of(negative ? unchecked(-(long)magnitude) : (long)magnitude));
        }
    }
}
