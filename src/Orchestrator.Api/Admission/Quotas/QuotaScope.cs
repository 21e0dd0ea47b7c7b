using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds;

namespace Orchestrator.Api.Admission.Quotas;

/// <summary>A condition on the objects that a quota counts.</summary>
/// <param name="Name">As in <c>BestEffort</c> or <c>PriorityClass</c>.</param>
/// <param name="Operator">In, NotIn, Exists or DoesNotExist.</param>
/// <param name="Values">The values of In and NotIn.</param>
internal sealed record QuotaScope(string Name, string Operator, IReadOnlyList<string> Values)
{
    /// <summary>The scopes of a quota: those that are listed by name, and those with an operator.</summary>
    public static IReadOnlyList<QuotaScope> Of(JsonObject? quotaSpec) =>
    [
        .. quotaSpec.Texts("scopes").Select(name => new QuotaScope(name, "Exists", [])),
        .. quotaSpec.Object("scopeSelector").Items("matchExpressions")
            .Select(term => new QuotaScope(term.Text("scopeName"), term.Text("operator"), [.. term.Texts("values")])),
    ];

    /// <summary>Whether the operator accepts one of the names that the object has for the scope, or that it has none.</summary>
    public bool Accepts(IReadOnlyCollection<string> names) => Operator switch
    {
        "Exists" => names.Count > 0,
        "DoesNotExist" => names.Count == 0,
        "In" => names.Any(name => Values.Contains(name, StringComparer.Ordinal)),
        "NotIn" => names.Count == 0 || names.Any(name => !Values.Contains(name, StringComparer.Ordinal)),
        _ => false,
    };
}
