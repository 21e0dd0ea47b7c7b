using System.Text.RegularExpressions;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds;

/// <summary>The form of names that hold a domain and a path, as in <c>acme.io/foo</c>.</summary>
/// <remarks>Upstream: IsDomainPrefixedPath in apimachinery/pkg/util/validation.</remarks>
internal static partial class DomainPrefixedPath
{
    [GeneratedRegex(@"^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex PathForm { get; }

    /// <summary>What is wrong with a name.</summary>
    public static IEnumerable<FieldError> Faults(string field, string name)
    {
        if (name.Length == 0)
        {
            yield return FieldError.Required(field);
            yield break;
        }

        var slash = name.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == name.Length - 1)
        {
            yield return FieldError.Invalid(field, name, "must be a domain-prefixed path (such as \"acme.io/foo\")");
            yield break;
        }

        foreach (var fault in ObjectNames.DnsSubdomainErrors(name[..slash]))
        {
            yield return FieldError.Invalid(field, name[..slash], fault);
        }

        if (!PathForm.IsMatch(name[(slash + 1)..]))
        {
            yield return FieldError.Invalid(field, name[(slash + 1)..], "Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')");
        }
    }
}
