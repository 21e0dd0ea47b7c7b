using System.Text;

namespace Orchestrator.Api.Selectors;

/// <summary>What may stand as the key and as the value of a label, with upstream's sentences on what is wrong.</summary>
/// <remarks>Upstream: IsQualifiedName and IsValidLabelValue of apimachinery/pkg/util/validation.</remarks>
public static class LabelSyntax
{
    private const int NameBound = 63;
    private const int PrefixBound = 253;
    private const string NameRule =
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
        + "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    private const string ValueRule =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
        + "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
        + "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    private const string SubdomainRule =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an "
        + "alphanumeric character (e.g. 'example.com', regex used for validation is "
        + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    /// <summary>What is wrong with a key; empty when nothing is.</summary>
    public static IReadOnlyList<string> KeyFaults(string key)
    {
        var parts = key.Split('/');
        if (parts.Length > 2)
        {
            return ["a qualified name " + NameRule + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"];
        }

        var faults = new List<string>();
        if (parts.Length == 2)
        {
            AddPrefixFaults(parts[0], faults);
        }

        var name = parts[^1];
        if (name.Length == 0)
        {
            faults.Add("name part must be non-empty");
        }
        else if (Encoding.UTF8.GetByteCount(name) > NameBound)
        {
            faults.Add("name part must be no more than 63 bytes");
        }

        if (!IsName(name))
        {
            faults.Add("name part " + NameRule);
        }

        return faults;
    }

    /// <summary>What is wrong with a value; empty when nothing is.</summary>
    public static IReadOnlyList<string> ValueFaults(string value)
    {
        var faults = new List<string>();
        if (Encoding.UTF8.GetByteCount(value) > NameBound)
        {
            faults.Add("must be no more than 63 bytes");
        }

        if (value.Length > 0 && !IsName(value))
        {
            faults.Add(ValueRule);
        }

        return faults;
    }

    private static void AddPrefixFaults(string prefix, List<string> faults)
    {
        if (prefix.Length == 0)
        {
            faults.Add("prefix part must be non-empty");
            return;
        }

        if (Encoding.UTF8.GetByteCount(prefix) > PrefixBound)
        {
            faults.Add("prefix part must be no more than 253 bytes");
        }

        if (!prefix.Split('.').All(IsDnsLabel))
        {
            faults.Add("prefix part " + SubdomainRule);
        }
    }

    private static bool IsName(string name) =>
        name.Length > 0 && char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1])
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static bool IsDnsLabel(string label) =>
        label.Length > 0 && label[0] != '-' && label[^1] != '-' && label.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
