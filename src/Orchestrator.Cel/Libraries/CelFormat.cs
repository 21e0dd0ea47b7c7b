using System.Globalization;
using System.Text.RegularExpressions;
using Orchestrator.Cel.Values;

namespace Orchestrator.Cel.Libraries;

/// <summary>A named format and what it says of texts that do not have it.</summary>
/// <remarks>Upstream: apimachinery's pkg/util/validation and pkg/api/validation, kube-openapi's strfmt, for the rules and the messages.</remarks>
internal sealed partial class CelFormat : CelOpaque
{
    private const int LongestLabel = 63;
    private const int LongestSubdomain = 253;
    private const string LabelPattern = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private const string SubdomainPattern = LabelPattern + @"(\." + LabelPattern + ")*";
    private const string Label1035Pattern = "[a-z]([-a-z0-9]*[a-z0-9])?";
    private const string NamePattern = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
    private const string LabelMessage = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
    private const string SubdomainMessage = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
    private const string Label1035Message = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
    private const string NameMessage = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
    private const string ValueMessage = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

    private readonly Func<string, IEnumerable<string>> _validate;

    private CelFormat(string name, int patternLength, Func<string, IEnumerable<string>> validate)
    {
        Name = name;
        PatternLength = patternLength;
        _validate = validate;
    }

    public static CelType TypeOfFormats { get; } = CelType.Opaque("kubernetes.NamedFormat");

    /// <summary>All formats; the second figure is the length of the pattern that the cost model charges for.</summary>
    public static IReadOnlyList<CelFormat> All { get; } =
    [
        new("dns1123Label", 30, Label),
        new("dns1123Subdomain", 60, Subdomain),
        new("dns1035Label", 30, Label1035),
        new("qualifiedName", 60, QualifiedName),
        new("dns1123LabelPrefix", 30, static text => Label(WithoutTrailingDash(text))),
        new("dns1123SubdomainPrefix", 60, static text => Subdomain(WithoutTrailingDash(text))),
        new("dns1035LabelPrefix", 30, static text => Label1035(WithoutTrailingDash(text))),
        new("labelValue", 40, LabelValue),
        new("uri", 935, static text => CelUrl.Parse(text, out var error) is null ? [error] : []),
        new("uuid", 73, static text => Uuid().IsMatch(text) ? [] : ["does not match the UUID format"]),
        new("byte", 95, static text => text.Length % 4 == 0 && Convert.TryFromBase64String(text, new byte[text.Length], out _) ? [] : ["invalid base64"]),
        new("date", 71, static text => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? [] : ["invalid date"]),
        new("datetime", 71, static text => CelTimestamp.Parse(text) is CelTimestamp ? [] : ["invalid datetime"]),
    ];

    public override CelType Type => TypeOfFormats;

    public string Name { get; }

    public int PatternLength { get; }

    /// <summary>What is wrong with a text; nothing when it has the format.</summary>
    public IEnumerable<string> Validate(string text) => _validate(text);

    public override bool EqualTo(CelValue other) => ReferenceEquals(this, other);

    public override string ToString() => Name;

    internal override int Hash() => Name.GetHashCode(StringComparison.Ordinal);

    private static IEnumerable<string> Label(string text)
    {
        if (text.Length > LongestLabel) yield return TooLong(LongestLabel);
        if (!LabelForm().IsMatch(text)) yield return SubdomainForm().IsMatch(text) ? "must not contain dots" : Describe(LabelMessage, LabelPattern, "my-name", "123-abc");
    }

    private static IEnumerable<string> Subdomain(string text)
    {
        if (text.Length > LongestSubdomain) yield return TooLong(LongestSubdomain);
        if (!SubdomainForm().IsMatch(text)) yield return Describe(SubdomainMessage, SubdomainPattern, "example.com");
    }

    private static IEnumerable<string> Label1035(string text)
    {
        if (text.Length > LongestLabel) yield return TooLong(LongestLabel);
        if (!Label1035Form().IsMatch(text)) yield return Describe(Label1035Message, Label1035Pattern, "my-name", "abc-123");
    }

    private static IEnumerable<string> QualifiedName(string text)
    {
        var parts = text.Split('/');
        var name = parts[^1];
        if (parts.Length > 2)
        {
            yield return "a qualified name " + Describe(NameMessage, NamePattern, "MyName", "my.name", "123-abc") + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
            yield break;
        }

        if (parts.Length == 2)
        {
            if (parts[0].Length == 0) yield return "prefix part must be non-empty";
            else foreach (var error in Subdomain(parts[0])) yield return "prefix part " + error;
        }

        if (name.Length == 0) yield return "name part must be non-empty";
        else if (name.Length > LongestLabel) yield return "name part " + TooLong(LongestLabel);
        if (!NameForm().IsMatch(name)) yield return "name part " + Describe(NameMessage, NamePattern, "MyName", "my.name", "123-abc");
    }

    private static IEnumerable<string> LabelValue(string text)
    {
        if (text.Length > LongestLabel) yield return TooLong(LongestLabel);
        if (text.Length > 0 && !NameForm().IsMatch(text)) yield return Describe(ValueMessage, $"({NamePattern})?", "MyValue", "my_value", "12345");
    }

    private static string TooLong(int most) => $"must be no more than {most} characters";

    private static string Describe(string message, string pattern, params string[] examples) =>
        $"{message} (e.g. {string.Join(" or ", examples.Select((example, i) => i < examples.Length - 1 ? $"'{example}', " : $"'{example}'"))}, regex used for validation is '{pattern}')";

    /// <summary>A prefix may end in a dash, for more will follow.</summary>
    private static string WithoutTrailingDash(string text) => text.Length > 1 && text.EndsWith('-') ? text[..^2] + "a" : text;

    [GeneratedRegex("^" + LabelPattern + @"\z")]
    private static partial Regex LabelForm();

    [GeneratedRegex("^" + SubdomainPattern + @"\z")]
    private static partial Regex SubdomainForm();

    [GeneratedRegex("^" + Label1035Pattern + @"\z")]
    private static partial Regex Label1035Form();

    [GeneratedRegex("^" + NamePattern + @"\z")]
    private static partial Regex NameForm();

    [GeneratedRegex(@"^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Uuid();
}
