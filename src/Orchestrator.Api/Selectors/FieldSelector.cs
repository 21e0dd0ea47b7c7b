using System.Text;
using Orchestrator.Api.Identity;

namespace Orchestrator.Api.Selectors;

/// <summary>One term of a field selector.</summary>
/// <param name="Field">The path of the field, as in <c>spec.nodeName</c>.</param>
/// <param name="Value">The value asked for, or, negated, not wanted.</param>
/// <param name="Negated">True of <c>!=</c>.</param>
public sealed record FieldTerm(string Field, string Value, bool Negated);

/// <summary>Chooses objects by the values of the kind's selectable fields: every term must hold.</summary>
/// <remarks>Upstream: apimachinery/pkg/fields.</remarks>
public sealed class FieldSelector
{
    private FieldSelector(IReadOnlyList<FieldTerm> terms) => Terms = terms;

    /// <summary>Chooses every object.</summary>
    public static FieldSelector Everything { get; } = new([]);

    /// <summary>The terms, in the order given.</summary>
    public IReadOnlyList<FieldTerm> Terms { get; }

    /// <summary>True when every object is chosen.</summary>
    public bool IsEmpty => Terms.Count == 0;

    /// <summary>The metadata.name that an object must have, where the selector fixes it.</summary>
    public string? Name => Terms.FirstOrDefault(term => term is { Field: "metadata.name", Negated: false })?.Value;

    /// <summary>Reads <c>a=b,c!=d</c>; a backslash takes the meaning from a comma, an equals sign or a backslash.</summary>
    /// <returns>Upstream's sentence on what is wrong, or null.</returns>
    public static string? Parse(string? text, out FieldSelector selector)
    {
        selector = Everything;
        var terms = new List<FieldTerm>();
        foreach (var part in SplitTerms(text ?? ""))
        {
            if (part.Length == 0)
            {
                continue;
            }

            if (Split(part) is not var (field, value, negated))
            {
                return $"invalid selector: '{text}'; can't understand '{part}'";
            }

            if (Unescape(value, out var unescaped) is { } fault)
            {
                return fault;
            }

            terms.Add(new FieldTerm(field, unescaped, negated));
        }

        selector = new FieldSelector(terms);
        return null;
    }

    /// <summary>Checks that the kind can be selected by all these fields.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="kind">Its kind, for the sentence.</param>
    /// <param name="extra">The selectable fields that a custom resource declares.</param>
    /// <returns>Upstream's sentence on the first field that is not selectable, or null.</returns>
    public string? Fault(GroupResource resource, string kind, IReadOnlyCollection<string>? extra = null)
    {
        foreach (var term in Terms)
        {
            if (extra?.Contains(term.Field) != true && SelectableFields.Fault(resource, kind, term.Field) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    /// <summary>Whether an object is chosen.</summary>
    /// <param name="value">The object's value of a field; null counts as empty.</param>
    public bool Matches(Func<string, string?> value)
    {
        foreach (var term in Terms)
        {
            if (((value(term.Field) ?? "") == term.Value) == term.Negated)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The query syntax.</summary>
    public override string ToString() => string.Join(',', Terms.Select(term => term.Field + (term.Negated ? "!=" : "=") + Escape(term.Value)));

    private static IEnumerable<string> SplitTerms(string text)
    {
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == ',')
            {
                yield return text[start..i];
                start = i + 1;
            }
        }

        yield return text[start..];
    }

    private static (string Field, string Value, bool Negated)? Split(string term)
    {
        for (var i = 0; i < term.Length; i++)
        {
            var rest = term.AsSpan(i);
            if (rest.StartsWith("!="))
            {
                return (term[..i], term[(i + 2)..], true);
            }

            if (rest.StartsWith("=="))
            {
                return (term[..i], term[(i + 2)..], false);
            }

            if (rest[0] == '=')
            {
                return (term[..i], term[(i + 1)..], false);
            }
        }

        return null;
    }

    private static string? Unescape(string value, out string unescaped)
    {
        unescaped = value;
        if (value.AsSpan().IndexOfAny('\\', ',', '=') < 0)
        {
            return null;
        }

        var text = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] is ',' or '=')
            {
                return $"invalid field selector: unescaped character in value: {value[i]}";
            }

            if (value[i] != '\\')
            {
                text.Append(value[i]);
            }
            else if (i + 1 < value.Length && value[i + 1] is '\\' or ',' or '=')
            {
                text.Append(value[++i]);
            }
            else
            {
                return $"invalid field selector: invalid escape sequence: {value[i..Math.Min(i + 2, value.Length)]}";
            }
        }

        unescaped = text.ToString();
        return null;
    }

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal).Replace("=", "\\=", StringComparison.Ordinal);
}
