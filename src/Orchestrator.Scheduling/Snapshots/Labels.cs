using System.Globalization;
using k8s.Models;

namespace Orchestrator.Scheduling.Snapshots;

/// <summary>Whether labels satisfy the selectors of pods and nodes.</summary>
internal static class Labels
{
    /// <summary>An absent selector matches nothing, an empty one everything.</summary>
    public static bool Matches(V1LabelSelector? selector, IReadOnlyDictionary<string, string> labels) =>
        selector is not null
        && (selector.MatchLabels?.All(pair => labels.TryGetValue(pair.Key, out var value) && value == pair.Value) ?? true)
        && (selector.MatchExpressions?.All(requirement => Satisfies(requirement.Key, requirement.OperatorProperty, requirement.Values, labels)) ?? true);

    /// <summary>A term of node affinity; one without any requirement matches nothing.</summary>
    public static bool Matches(V1NodeSelectorTerm term, SchedulingNode node)
    {
        var expressions = term.MatchExpressions ?? [];
        var fields = term.MatchFields ?? [];
        return expressions.Count + fields.Count > 0
            && expressions.All(requirement => Satisfies(requirement.Key, requirement.OperatorProperty, requirement.Values, node.Labels))
            && fields.All(requirement => Satisfies(requirement.Key, requirement.OperatorProperty, requirement.Values, node.Fields));
    }

    private static bool Satisfies(string key, string operation, IList<string>? values, IReadOnlyDictionary<string, string> labels)
    {
        var present = labels.TryGetValue(key, out var value);
        return operation switch
        {
            "In" => present && values!.Contains(value!),
            "NotIn" => !present || !values!.Contains(value!),
            "Exists" => present,
            "DoesNotExist" => !present,
            "Gt" => present && Number(value) is { } actual && Number(values![0]) is { } bound && actual > bound,
            "Lt" => present && Number(value) is { } actual && Number(values![0]) is { } bound && actual < bound,
            _ => false,
        };
    }

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;
}
