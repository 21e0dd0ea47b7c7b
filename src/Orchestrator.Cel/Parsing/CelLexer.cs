using System.Text;

namespace Orchestrator.Cel.Parsing;

/// <summary>Cuts a source into tokens. Never fails: what is no token is reported and skipped.</summary>
/// <remarks>Upstream: parser/gen/CEL.g4.</remarks>
internal sealed class CelLexer(CelSource source, CelIssues issues)
{
    private static readonly string[] LongSymbols = ["==", "!=", "<=", ">=", "&&", "||"];
    private const string ShortSymbols = "()[]{}<>,.-!?:+*/%";

    private readonly Rune[] _text = source.CodePoints;
    private int _at;

    public List<CelToken> Read()
    {
        var tokens = new List<CelToken>();
        while (SkipBlank())
        {
            if (Next() is { } token) tokens.Add(token);
        }

        tokens.Add(new CelToken(CelTokenKind.End, string.Empty, _text.Length));
        return tokens;
    }

    private int Peek(int ahead = 0) => _at + ahead < _text.Length ? _text[_at + ahead].Value : -1;

    private bool SkipBlank()
    {
        while (_at < _text.Length)
        {
            if (Peek() is ' ' or '\t' or '\n' or '\r' or '\f')
            {
                _at++;
            }
            else if (Peek() == '/' && Peek(1) == '/')
            {
                while (_at < _text.Length && Peek() != '\n') _at++;
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    private CelToken? Next()
    {
        var start = _at;
        var first = Peek();
        if (IsDigit(first) || (first == '.' && IsDigit(Peek(1)))) return Number(start);
        if (QuotedPrefix() is { } prefix) return Quoted(start, prefix);
        if (IsLetter(first))
        {
            while (IsLetter(Peek()) || IsDigit(Peek())) _at++;
            return Token(CelTokenKind.Identifier, start);
        }

        if (first == '`' && QuotedIdentifier(start) is { } quoted) return quoted;
        foreach (var symbol in LongSymbols)
        {
            if (first != symbol[0] || Peek(1) != symbol[1]) continue;
            _at += symbol.Length;
            return new CelToken(CelTokenKind.Symbol, symbol, start);
        }

        if (first < 128 && ShortSymbols.Contains((char)first, StringComparison.Ordinal))
        {
            _at++;
            return new CelToken(CelTokenKind.Symbol, ((char)first).ToString(), start);
        }

        return Unknown(start);
    }

    /// <summary>A single <c>=</c>, <c>&amp;</c> or <c>|</c> takes the next code point into the message, for the lexer had to look at it.</summary>
    private CelToken? Unknown(int start)
    {
        _at++;
        if (_text[start].Value is '&' or '|' && _at < _text.Length) _at++;
        issues.Report(start, $"Syntax error: token recognition error at: '{source.Slice(start, _at)}'");
        return null;
    }

    private CelToken Token(CelTokenKind kind, int start) => new(kind, source.Slice(start, _at), start);

    private CelToken Number(int start)
    {
        if (Peek() == '0' && Peek(1) is 'x' or 'X' && IsHex(Peek(2)))
        {
            _at += 2;
            while (IsHex(Peek())) _at++;
            return Whole(start);
        }

        while (IsDigit(Peek())) _at++;
        var isDouble = false;
        if (Peek() == '.' && IsDigit(Peek(1)))
        {
            isDouble = true;
            _at++;
            while (IsDigit(Peek())) _at++;
        }

        var sign = Peek(1) is '+' or '-' ? 1 : 0;
        if (Peek() is 'e' or 'E' && IsDigit(Peek(1 + sign)))
        {
            isDouble = true;
            _at += 1 + sign;
            while (IsDigit(Peek())) _at++;
        }

        return isDouble ? Token(CelTokenKind.Double, start) : Whole(start);
    }

    private CelToken Whole(int start)
    {
        if (Peek() is not ('u' or 'U')) return Token(CelTokenKind.Int, start);
        _at++;
        return Token(CelTokenKind.Uint, start);
    }

    /// <summary>The number of code points before the quote of a string or bytes literal that starts here, or null.</summary>
    private int? QuotedPrefix()
    {
        var (raw, bytes, length) = (false, false, 0);
        while (length < 2)
        {
            var c = Peek(length);
            if (c is 'r' or 'R' && !raw) raw = true;
            else if (c is 'b' or 'B' && !bytes && !raw) bytes = true;
            else break;
            length++;
        }

        return Peek(length) is '"' or '\'' ? length : null;
    }

    private CelToken? Quoted(int start, int prefix)
    {
        var raw = Peek() is 'r' or 'R' || (prefix > 1 && Peek(1) is 'r' or 'R');
        var bytes = prefix > 0 && Peek() is 'b' or 'B';
        _at += prefix;
        var quote = Peek();
        var triple = Peek(1) == quote && Peek(2) == quote;
        _at += triple ? 3 : 1;
        while (true)
        {
            var c = Peek();
            if (c < 0 || (!triple && c is '\n' or '\r'))
            {
                issues.Report(start, $"Syntax error: token recognition error at: '{Shown(source.Slice(start, Math.Min(_at + 1, _text.Length)))}'");
                return null;
            }

            if (c == '\\' && !raw)
            {
                if (!SkipEscape())
                {
                    issues.Report(start, $"Syntax error: token recognition error at: '{Shown(source.Slice(start, Math.Min(_at + 2, _text.Length)))}'");
                    _at = Math.Min(_at + 2, _text.Length);
                    return null;
                }
            }
            else if (c == quote && (!triple || (Peek(1) == quote && Peek(2) == quote)))
            {
                _at += triple ? 3 : 1;
                return Token(bytes ? CelTokenKind.Bytes : CelTokenKind.String, start);
            }
            else
            {
                _at++;
            }
        }
    }

    private bool SkipEscape()
    {
        var length = Peek(1) switch
        {
            'a' or 'b' or 'f' or 'n' or 'r' or 't' or 'v' or '"' or '\'' or '\\' or '?' or '`' => 2,
            'x' or 'X' when IsHex(Peek(2)) && IsHex(Peek(3)) => 4,
            'u' when Enumerable.Range(2, 4).All(i => IsHex(Peek(i))) => 6,
            'U' when Enumerable.Range(2, 8).All(i => IsHex(Peek(i))) => 10,
            >= '0' and <= '3' when IsOctal(Peek(2)) && IsOctal(Peek(3)) => 4,
            _ => 0,
        };
        _at += length;
        return length > 0;
    }

    private CelToken? QuotedIdentifier(int start)
    {
        var end = _at + 1;
        while (end < _text.Length && _text[end].Value is var c && (IsLetter(c) || IsDigit(c) || c is '.' or '-' or '/' or ' ')) end++;
        if (end >= _text.Length || _text[end].Value != '`' || end == _at + 1) return null;
        _at = end + 1;
        return Token(CelTokenKind.QuotedIdentifier, start);
    }

    private static string Shown(string text) => text.Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal);

    private static bool IsLetter(int c) => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or '_';

    private static bool IsDigit(int c) => c is >= '0' and <= '9';

    private static bool IsOctal(int c) => c is >= '0' and <= '7';

    private static bool IsHex(int c) => IsDigit(c) || c is (>= 'a' and <= 'f') or (>= 'A' and <= 'F');
}
