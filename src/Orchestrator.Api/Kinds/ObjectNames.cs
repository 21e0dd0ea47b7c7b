using System.Buffers;

namespace Orchestrator.Api.Kinds;

/// <summary>The rules for names of objects, labels and ports, with upstream's texts.</summary>
/// <remarks>Upstream: apimachinery/pkg/util/validation/validation.go. Every function returns what is wrong; nothing when all is well.</remarks>
public static class ObjectNames
{
    private const string SubdomainFault = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', " +
        "and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
        "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private const string LabelFault = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and " +
        "end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    private const string Label1035Fault = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic " +
        "character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

    private const string QualifiedNameFault = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an " +
        "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    private const string LabelValueFault = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must " +
        "start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is " +
        "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    private static readonly SearchValues<char> LowerAlphanumeric = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789");

    private static readonly SearchValues<char> LowerAlphanumericDash = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>RFC 1123 subdomain, at most 253 characters; a prefix may end in a dash.</summary>
    public static IEnumerable<string> DnsSubdomainErrors(string name, bool prefix = false)
    {
        var text = prefix ? MaskTrailingDash(name) : name;
        if (text.Length > 253)
        {
            yield return "must be no more than 253 characters";
        }

        if (!text.Split('.').All(IsLabel))
        {
            yield return SubdomainFault;
        }
    }

    /// <summary>RFC 1123 label, at most 63 characters; a prefix may end in a dash.</summary>
    public static IEnumerable<string> DnsLabelErrors(string name, bool prefix = false)
    {
        var text = prefix ? MaskTrailingDash(name) : name;
        if (text.Length > 63)
        {
            yield return "must be no more than 63 characters";
        }

        if (!IsLabel(text))
        {
            yield return LabelFault;
        }
    }

    /// <summary>RFC 1035 label: as an RFC 1123 one, but it starts with a letter.</summary>
    public static IEnumerable<string> Dns1035LabelErrors(string name, bool prefix = false)
    {
        var text = prefix ? MaskTrailingDash(name) : name;
        if (text.Length > 63)
        {
            yield return "must be no more than 63 characters";
        }

        if (!IsLabel(text) || char.IsAsciiDigit(text[0]))
        {
            yield return Label1035Fault;
        }
    }

    /// <summary>A name that can be one segment of a path: what RBAC objects need.</summary>
    public static IEnumerable<string> PathSegmentErrors(string name, bool prefix = false)
    {
        if (!prefix && name is "." or "..")
        {
            yield return $"may not be '{name}'";
            yield break;
        }

        foreach (var banned in new[] { "/", "%" })
        {
            if (name.Contains(banned, StringComparison.Ordinal))
            {
                yield return $"may not contain '{banned}'";
            }
        }
    }

    /// <summary>A label or annotation key: an optional DNS subdomain, a slash and a name.</summary>
    public static IEnumerable<string> QualifiedNameErrors(string key)
    {
        var parts = key.Split('/');
        if (parts.Length > 2)
        {
            yield return "a qualified name " + QualifiedNameFault +
                " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
            yield break;
        }

        if (parts.Length == 2)
        {
            if (parts[0].Length == 0)
            {
                yield return "prefix part must be non-empty";
            }
            else
            {
                foreach (var fault in DnsSubdomainErrors(parts[0]))
                {
                    yield return "prefix part " + fault;
                }
            }
        }

        var name = parts[^1];
        if (name.Length == 0)
        {
            yield return "name part must be non-empty";
        }
        else if (name.Length > 63)
        {
            yield return "name part must be no more than 63 characters";
        }

        if (!IsNamePart(name))
        {
            yield return "name part " + QualifiedNameFault;
        }
    }

    /// <summary>The value of a label: empty or up to 63 characters.</summary>
    public static IEnumerable<string> LabelValueErrors(string value)
    {
        if (value.Length > 63)
        {
            yield return "must be no more than 63 characters";
        }

        if (value.Length > 0 && !IsNamePart(value))
        {
            yield return LabelValueFault;
        }
    }

    private static bool IsLabel(string text) =>
        text.Length > 0
        && !text.AsSpan().ContainsAnyExcept(LowerAlphanumericDash)
        && LowerAlphanumeric.Contains(text[0])
        && LowerAlphanumeric.Contains(text[^1]);

    private static bool IsNamePart(string text) =>
        text.Length > 0
        && char.IsAsciiLetterOrDigit(text[0])
        && char.IsAsciiLetterOrDigit(text[^1])
        && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.');

    // Upstream appends nothing but an 'a' in place of a last dash: a generated suffix follows it.
    private static string MaskTrailingDash(string name) => name.Length > 1 && name[^1] == '-' ? name[..^2] + "a" : name;
}
