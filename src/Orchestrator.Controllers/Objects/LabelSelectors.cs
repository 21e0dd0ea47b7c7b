using k8s.Models;

namespace Orchestrator.Controllers.Objects;

/// <summary>Whether labels satisfy a selector. An empty selector selects all, an absent one nothing (upstream: LabelSelectorAsSelector).</summary>
internal static class LabelSelectors
{
    public static bool Matches(this V1LabelSelector? selector, IDictionary<string, string>? labels)
    {
        if (selector is null)
        {
            return false;
        }

        return Matches(selector.MatchLabels, labels)
            && (selector.MatchExpressions ?? []).All(requirement => Satisfies(requirement, labels));
    }

    /// <summary>Every pair is among the labels.</summary>
    public static bool Matches(IDictionary<string, string>? pairs, IDictionary<string, string>? labels) =>
        pairs is null || pairs.All(pair => Value(labels, pair.Key) == pair.Value);

    public static bool IsEmpty(this V1LabelSelector? selector) =>
        selector is null || (selector.MatchLabels is null or { Count: 0 } && selector.MatchExpressions is null or { Count: 0 });

    public static string? Value(IDictionary<string, string>? labels, string key) =>
        labels is not null && labels.TryGetValue(key, out var value) ? value : null;

    private static bool Satisfies(V1LabelSelectorRequirement requirement, IDictionary<string, string>? labels)
    {
        var value = Value(labels, requirement.Key);
        return requirement.OperatorProperty switch
        {
            "In" => value is not null && requirement.Values.Contains(value),
            "NotIn" => value is null || !requirement.Values.Contains(value),
            "Exists" => value is not null,
            "DoesNotExist" => value is null,
            _ => false,
        };
    }
}
