using System.Globalization;
using System.Text;

namespace Orchestrator.Cel.Libraries;

/// <summary>Reads a regular expression of RE2's syntax and writes it for .NET, so that both accept the same texts by code point.</summary>
/// <remarks>Upstream: Go's regexp/syntax/parse.go, for what is accepted and for the messages. Two differences remain: <c>\b</c> takes letters beyond
/// ASCII for word characters, and classes of scripts (<c>\p{Greek}</c>) are not known.</remarks>
internal sealed class Re2Translator
{
    private const int MostRepeats = 1000;
    private const int DeepestGroup = 250;

    private readonly string _pattern;
    private readonly StringBuilder _output = new();
    private readonly Stack<(bool Multiline, bool DotAll)> _flags = new();
    private int _at;
    private bool _multiline;
    private bool _dotAll;
    private string? _error;

    private Re2Translator(string pattern) => _pattern = pattern;

    /// <summary>The expression for .NET, or Go's message.</summary>
    public static (string? Translated, string Error) Translate(string pattern)
    {
        var translator = new Re2Translator(pattern);
        translator.Read();
        return translator._error is { } error ? (null, error) : (translator._output.ToString(), string.Empty);
    }

    private void Read()
    {
        // Where the last thing that can be repeated starts in the output; -1 when there is none.
        var repeatable = -1;
        var repeatedAt = -1;
        var groupStarts = new Stack<int>();
        while (_error is null && _at < _pattern.Length)
        {
            var start = _output.Length;
            var c = _pattern[_at];
            switch (c)
            {
                case '(':
                    groupStarts.Push(start);
                    if (groupStarts.Count > DeepestGroup) Fail("expression nests too deeply", _pattern);
                    else if (!OpenGroup()) groupStarts.Pop();
                    repeatable = -1;
                    repeatedAt = -1;
                    continue;
                case ')':
                    if (groupStarts.Count == 0)
                    {
                        Fail("unexpected )", _pattern);
                        continue;
                    }

                    _at++;
                    _output.Append(')');
                    (_multiline, _dotAll) = _flags.Pop();
                    repeatable = groupStarts.Pop();
                    repeatedAt = -1;
                    continue;
                case '|':
                    _at++;
                    _output.Append('|');
                    repeatable = -1;
                    repeatedAt = -1;
                    continue;
                case '*' or '+' or '?':
                    Repeat(repeatable, ref repeatedAt, _pattern[_at..(_at + 1)]);
                    continue;
                case '{' when Bounds() is { } bounds:
                    Repeat(repeatable, ref repeatedAt, bounds);
                    continue;
                case '^':
                    _at++;
                    _output.Append(_multiline ? "(?m:^)" : "\\A");
                    break;
                case '$':
                    _at++;
                    _output.Append(_multiline ? "(?m:$)" : "\\z");
                    break;
                case '.':
                    _at++;
                    _output.Append(_dotAll ? Re2Class.Any : Re2Class.AnyButNewline);
                    break;
                case '[':
                    BracketClass();
                    break;
                case '\\':
                    Escape();
                    break;
                default:
                    Rune.DecodeFromUtf16(_pattern.AsSpan(_at), out var rune, out var length);
                    _at += length;
                    _output.Append(Re2Class.Literal(rune.Value));
                    break;
            }

            repeatable = start;
            repeatedAt = -1;
        }

        if (_error is null && groupStarts.Count > 0) Fail("missing closing )", _pattern);
    }

    private void Fail(string message, string where) => _error ??= $"{message}: `{where}`";

    private void Repeat(int repeatable, ref int repeatedAt, string @operator)
    {
        var start = _at;
        _at += @operator.Length;
        if (_at < _pattern.Length && _pattern[_at] == '?')
        {
            @operator += "?";
            _at++;
        }

        if (repeatable < 0)
        {
            Fail("missing argument to repetition operator", @operator.TrimEnd('?') is { Length: > 0 } bare ? bare : "?");
            return;
        }

        if (repeatedAt >= 0)
        {
            Fail("invalid nested repetition operator", _pattern[repeatedAt.._at]);
            return;
        }

        repeatedAt = start;
        _output.Append(@operator);
    }

    /// <summary>The text of a counted repetition that starts here; null when the brace is a literal.</summary>
    private string? Bounds()
    {
        var close = _pattern.IndexOf('}', _at);
        if (close < 0) return null;
        var parts = _pattern[(_at + 1)..close].Split(',');
        if (parts.Length > 2 || parts[0].Length == 0 || !parts.All(part => part.All(char.IsAsciiDigit))) return null;
        var text = _pattern[_at..(close + 1)];
        var least = Count(parts[0]);
        var most = parts.Length == 1 ? least : parts[1].Length == 0 ? least : Count(parts[1]);
        if (least > MostRepeats || most > MostRepeats || least > most) Fail("invalid repeat count", text);
        return text;
    }

    private static int Count(string digits) => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : int.MaxValue;

    /// <summary>Opens a group; false when it only set flags.</summary>
    private bool OpenGroup()
    {
        var start = _at;
        _at++;
        if (_at >= _pattern.Length || _pattern[_at] != '?')
        {
            Open("(");
            return true;
        }

        if (Name() is { } name)
        {
            Open($"(?<{name}>");
            return true;
        }

        return _error is null && FlagGroup(start);
    }

    private void Open(string text)
    {
        _flags.Push((_multiline, _dotAll));
        _output.Append(text);
    }

    private string? Name()
    {
        var rest = _pattern.AsSpan(_at);
        var prefix = rest.StartsWith("?P<", StringComparison.Ordinal) ? 3 : rest.StartsWith("?<", StringComparison.Ordinal) ? 2 : 0;
        if (prefix == 0) return null;
        var start = _at - 1;
        if (prefix == 2 && rest.Length > 2 && rest[2] is '=' or '!')
        {
            Fail("invalid or unsupported Perl syntax", _pattern[start..(start + 4)]);
            return null;
        }

        var end = _pattern.IndexOf('>', _at);
        if (end < 0)
        {
            Fail("invalid named capture", _pattern[start..]);
            return null;
        }

        var name = _pattern[(_at + prefix)..end];
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            Fail("invalid named capture", _pattern[start..(end + 1)]);
            return null;
        }

        _at = end + 1;
        // .NET takes a name of digits for a number.
        return char.IsAsciiDigit(name[0]) ? "_" + name : name;
    }

    private bool FlagGroup(int start)
    {
        _at++;
        var (multiline, dotAll) = (_multiline, _dotAll);
        var on = new StringBuilder();
        var off = new StringBuilder();
        var negative = false;
        for (; _at < _pattern.Length; _at++)
        {
            switch (_pattern[_at])
            {
                case 'i':
                    (negative ? off : on).Append('i');
                    continue;
                case 'm':
                    multiline = !negative;
                    continue;
                case 's':
                    dotAll = !negative;
                    continue;
                case '-' when !negative:
                    negative = true;
                    continue;
                case ':' or ')':
                    var flags = off.Length > 0 ? $"{on}-{off}" : on.ToString();
                    if (_pattern[_at++] == ':')
                    {
                        Open($"(?{flags}:");
                        (_multiline, _dotAll) = (multiline, dotAll);
                        return true;
                    }

                    if (flags.Length > 0) _output.Append(CultureInfo.InvariantCulture, $"(?{flags})");
                    (_multiline, _dotAll) = (multiline, dotAll);
                    return false;
                default:
                    break;
            }

            break;
        }

        if (_at >= _pattern.Length) Fail("missing closing )", _pattern);
        else Fail("invalid or unsupported Perl syntax", _pattern[start..(_at + 1)]);
        return false;
    }

    private void BracketClass()
    {
        var start = _at++;
        var set = new Re2Class();
        var negated = Take('^');
        var first = true;
        while (_error is null && (_at >= _pattern.Length || _pattern[_at] != ']' || first))
        {
            if (_at >= _pattern.Length)
            {
                Fail("missing closing ]", _pattern[start..]);
                return;
            }

            first = false;
            if (NamedClass(set)) continue;
            if (_pattern[_at] == '\\' && PerlClass(set)) continue;
            var itemStart = _at;
            var low = ClassItem();
            if (_error is not null) return;
            var high = low;
            if (_at + 1 < _pattern.Length && _pattern[_at] == '-' && _pattern[_at + 1] != ']')
            {
                _at++;
                high = ClassItem();
                if (_error is not null) return;
                if (high < low) Fail("invalid character class range", _pattern[itemStart.._at]);
            }

            set.Add(low, high);
        }

        _at++;
        _output.Append(set.Write(negated));
    }

    private bool Take(char c)
    {
        if (_at >= _pattern.Length || _pattern[_at] != c) return false;
        _at++;
        return true;
    }

    private int ClassItem()
    {
        if (_pattern[_at] == '\\') return EscapedCodePoint();
        Rune.DecodeFromUtf16(_pattern.AsSpan(_at), out var rune, out var length);
        _at += length;
        return rune.Value;
    }

    private bool NamedClass(Re2Class set)
    {
        if (!_pattern.AsSpan(_at).StartsWith("[:", StringComparison.Ordinal)) return false;
        var end = _pattern.IndexOf(":]", _at + 2, StringComparison.Ordinal);
        if (end < 0) return false;
        var name = _pattern[(_at + 2)..end];
        if (!set.AddPosix(name.TrimStart('^'), name.StartsWith('^'))) Fail("invalid character class range", _pattern[_at..(end + 2)]);
        _at = end + 2;
        return true;
    }

    /// <summary>Adds <c>\d</c>, <c>\w</c>, <c>\s</c> or <c>\p{…}</c> and their complements to a class.</summary>
    private bool PerlClass(Re2Class set)
    {
        if (_at + 1 >= _pattern.Length) return false;
        var letter = _pattern[_at + 1];
        if (letter is 'd' or 'D' or 's' or 'S' or 'w' or 'W')
        {
            _at += 2;
            set.AddPerl(char.ToLowerInvariant(letter), char.IsUpper(letter));
            return true;
        }

        if (letter is not ('p' or 'P')) return false;
        var start = _at;
        _at += 2;
        string name;
        if (_at < _pattern.Length && _pattern[_at] == '{')
        {
            var end = _pattern.IndexOf('}', _at);
            name = end < 0 ? string.Empty : _pattern[(_at + 1)..end];
            _at = end < 0 ? _pattern.Length : end + 1;
        }
        else
        {
            name = _at < _pattern.Length ? _pattern[_at++].ToString() : string.Empty;
        }

        var negated = (letter == 'P') != name.StartsWith('^');
        if (!set.AddCategory(name.TrimStart('^'), negated)) Fail("invalid character class range", _pattern[start.._at]);
        return true;
    }

    private void Escape()
    {
        var set = new Re2Class();
        if (PerlClass(set))
        {
            if (_error is null) _output.Append(set.Write(negated: false));
            return;
        }

        switch (_at + 1 < _pattern.Length ? _pattern[_at + 1] : '\0')
        {
            case 'A':
                _at += 2;
                _output.Append("\\A");
                break;
            case 'z':
                _at += 2;
                _output.Append("\\z");
                break;
            case 'b' or 'B':
                _output.Append(_pattern, _at, 2);
                _at += 2;
                break;
            case 'Q':
                Quoted();
                break;
            default:
                var codePoint = EscapedCodePoint();
                if (_error is null) _output.Append(Re2Class.Literal(codePoint));
                break;
        }
    }

    private void Quoted()
    {
        var end = _pattern.IndexOf("\\E", _at + 2, StringComparison.Ordinal);
        var text = end < 0 ? _pattern[(_at + 2)..] : _pattern[(_at + 2)..end];
        _at = end < 0 ? _pattern.Length : end + 2;
        _output.Append("(?:").AppendJoin(string.Empty, text.EnumerateRunes().Select(rune => Re2Class.Literal(rune.Value))).Append(')');
    }

    private int EscapedCodePoint()
    {
        var start = _at++;
        if (_at >= _pattern.Length)
        {
            Fail("trailing backslash at end of expression", string.Empty);
            return 0;
        }

        var c = _pattern[_at++];
        switch (c)
        {
            case 'a': return '\a';
            case 'f': return '\f';
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'v': return '\v';
            case 'x':
                return Hexadecimal(start);
            case '0' or (>= '1' and <= '7') when c == '0' || (_at < _pattern.Length && _pattern[_at] is >= '0' and <= '7'):
                var octal = c - '0';
                for (var i = 0; i < 2 && _at < _pattern.Length && _pattern[_at] is >= '0' and <= '7'; i++) octal = (octal * 8) + (_pattern[_at++] - '0');
                return octal;
            default:
                if (c < 128 && !char.IsAsciiLetterOrDigit(c) && c != '_') return c;
                if (c == '_') return c;
                Fail("invalid escape sequence", _pattern[start.._at]);
                return 0;
        }
    }

    private int Hexadecimal(int start)
    {
        var braced = Take('{');
        var end = braced ? _pattern.IndexOf('}', _at) : _at + 2;
        if (end >= _at && end <= _pattern.Length && int.TryParse(_pattern.AsSpan(_at, end - _at), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= 0x10FFFF)
        {
            _at = braced ? end + 1 : end;
            return value;
        }

        Fail("invalid escape sequence", _pattern[start..Math.Min(_pattern.Length, Math.Max(_at, start + 2))]);
        return 0;
    }
}
