using System.Text;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Libraries;

/// <summary>A URL as Go's net/url reads it: absolute, or a path that starts with a slash.</summary>
public sealed class CelUrl : CelOpaque
{
    private readonly string _text;

    private CelUrl(string text) => _text = text;

    internal static CelType TypeOfUrls { get; } = CelType.Opaque("kubernetes.URL");

    public override CelType Type => TypeOfUrls;

    internal string Scheme { get; private init; } = string.Empty;

    /// <summary>The host with its port.</summary>
    internal string Host { get; private init; } = string.Empty;

    internal string EscapedPath { get; private init; } = string.Empty;

    private string RawQuery { get; init; } = string.Empty;

    internal string Hostname
    {
        get
        {
            var host = Host;
            if (host.StartsWith('[') && host.IndexOf(']', StringComparison.Ordinal) is > 0 and var close) return host[1..close];
            var colon = host.LastIndexOf(':');
            return colon < 0 ? host : host[..colon];
        }
    }

    internal string Port
    {
        get
        {
            var colon = Host.LastIndexOf(':');
            return colon < 0 || Host.EndsWith(']') ? string.Empty : Host[(colon + 1)..];
        }
    }

    public override bool EqualTo(CelValue other) => other is CelUrl url && url._text == _text;

    public override string ToString() => _text;

    internal override int Hash() => _text.GetHashCode(StringComparison.Ordinal);

    /// <summary>Reads a URL; null, with Go's message, when the text is none.</summary>
    internal static CelUrl? Parse(string text, out string error)
    {
        error = string.Empty;
        CelUrl? Fail(string why, out string message)
        {
            message = $"parse {CelQuote.Go(text)}: {why}";
            return null;
        }

        if (text.Length == 0) return Fail("empty url", out error);
        if (text.Any(c => c < ' ' || c == 0x7F)) return Fail("net/url: invalid control character in URL", out error);
        var rest = text;
        var fragment = rest.IndexOf('#', StringComparison.Ordinal);
        if (fragment >= 0) rest = rest[..fragment];
        var colon = rest.IndexOf(':', StringComparison.Ordinal);
        var scheme = colon > 0 && char.IsAsciiLetter(rest[0]) && rest[..colon].All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.') ? rest[..colon].ToLowerInvariant() : string.Empty;
        if (colon == 0) return Fail("missing protocol scheme", out error);
        if (scheme.Length > 0) rest = rest[(colon + 1)..];
        var question = rest.IndexOf('?', StringComparison.Ordinal);
        var query = question < 0 ? string.Empty : rest[(question + 1)..];
        if (question >= 0) rest = rest[..question];
        if (!rest.StartsWith('/'))
        {
            // An opaque part, mailto:x, is a URL with a scheme only.
            if (scheme.Length > 0) return new CelUrl(text) { Scheme = scheme, RawQuery = query };
            return Fail("invalid URI for request", out error);
        }

        var host = string.Empty;
        if (rest.StartsWith("//", StringComparison.Ordinal) && (scheme.Length > 0 || !rest.StartsWith("///", StringComparison.Ordinal)) && scheme.Length > 0)
        {
            var slash = rest.IndexOf('/', 2);
            var authority = slash < 0 ? rest[2..] : rest[2..slash];
            rest = slash < 0 ? string.Empty : rest[slash..];
            host = authority[(authority.LastIndexOf('@') + 1)..];
            if (WhyNoHost(host) is { } why) return Fail(why, out error);
        }

        if (InvalidEscape(rest) is { } escape) return Fail($"invalid URL escape \"{escape}\"", out error);
        return new CelUrl(text) { Scheme = scheme, Host = host, EscapedPath = Escape(rest), RawQuery = query };
    }

    /// <summary>The parameters of the query, each with its values in order.</summary>
    internal CelMap Query()
    {
        var values = new Dictionary<string, List<CelValue>>(StringComparer.Ordinal);
        foreach (var pair in RawQuery.Split('&'))
        {
            if (pair.Length == 0 || pair.Contains(';', StringComparison.Ordinal)) continue;
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (Decode(equals < 0 ? pair : pair[..equals]) is not { } key || Decode(equals < 0 ? string.Empty : pair[(equals + 1)..]) is not { } value) continue;
            if (!values.TryGetValue(key, out var list)) values.Add(key, list = []);
            list.Add(CelString.Of(value));
        }

        return CelMap.Of(values.Select(pair => KeyValuePair.Create<string, CelValue>(pair.Key, CelList.Of(pair.Value))));
    }

    private static string? WhyNoHost(string host)
    {
        if (host.StartsWith('['))
        {
            var close = host.LastIndexOf(']');
            if (close < 0) return "missing ']' in host";
            return IsPort(host[(close + 1)..]) ? null : $"invalid port {CelQuote.Go(host[(close + 1)..])} after host";
        }

        var colon = host.LastIndexOf(':');
        if (colon >= 0 && !IsPort(host[colon..])) return $"invalid port {CelQuote.Go(host[colon..])} after host";
        var invalid = host.FirstOrDefault(c => c is ' ' or '"' or '<' or '>' or '\\' or '^' or '`' or '{' or '|' or '}');
        return invalid == default ? null : $"invalid character {CelQuote.Go(invalid.ToString())} in host name";
    }

    private static bool IsPort(string text) => text.Length == 0 || (text[0] == ':' && text[1..].All(char.IsAsciiDigit));

    private static string? InvalidEscape(string text)
    {
        for (var i = text.IndexOf('%', StringComparison.Ordinal); i >= 0; i = text.IndexOf('%', i + 1))
        {
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2])) return text[i..Math.Min(i + 3, text.Length)];
        }

        return null;
    }

    private static string Escape(string path)
    {
        var escaped = new StringBuilder(path.Length);
        foreach (var unit in Encoding.UTF8.GetBytes(path))
        {
            var c = (char)unit;
            if (char.IsAsciiLetterOrDigit(c) || "-_.~$&+,/:;=@%!'()*[]".Contains(c, StringComparison.Ordinal)) escaped.Append(c);
            else escaped.Append('%').Append(unit.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return escaped.ToString();
    }

    private static string? Decode(string text) => InvalidEscape(text) is null ? Uri.UnescapeDataString(text.Replace('+', ' ')) : null;
}
