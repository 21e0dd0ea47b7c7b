using System.Text.Json.Nodes;

namespace Orchestrator.Api.Kinds;

/// <summary>The rules of label selectors in specs, and whether one selects a set of labels.</summary>
/// <remarks>Upstream: apimachinery's metav1/validation and LabelSelectorAsSelector.</remarks>
internal static class Selectors
{
    /// <summary>Validates a metav1.LabelSelector.</summary>
    public static void Validate(JsonObject? selector, string path, Faults faults)
    {
        ValidateLabels(selector.Object("matchLabels"), path + ".matchLabels", faults);
        var expressions = selector.Items("matchExpressions").ToList();
        for (var i = 0; i < expressions.Count; i++)
        {
            ValidateExpression(expressions[i], $"{path}.matchExpressions[{i}]", faults);
        }
    }

    /// <summary>Validates a map of labels.</summary>
    public static void ValidateLabels(JsonObject? labels, string path, Faults faults)
    {
        foreach (var (key, value) in labels ?? [])
        {
            faults.Invalid(path, key, ObjectNames.QualifiedNameErrors(key));
            var text = JsonReading.AsText(value) ?? "";
            faults.Invalid(path, text, ObjectNames.LabelValueErrors(text));
        }
    }

    /// <summary>Whether a selector says nothing: such a one selects everything.</summary>
    public static bool IsEmpty(JsonObject? selector) =>
        selector.Object("matchLabels") is not { Count: > 0 } && selector.Array("matchExpressions") is not { Count: > 0 };

    /// <summary>Whether a metav1.LabelSelector selects the labels; an absent one selects nothing.</summary>
    public static bool Matches(JsonObject? selector, JsonObject? labels) =>
        selector is not null
        && selector.Map("matchLabels").All(pair => labels is not null && labels.ContainsKey(pair.Key) && labels.Text(pair.Key) == pair.Value)
        && selector.Items("matchExpressions").All(expression => MatchesExpression(expression, labels));

    private static bool MatchesExpression(JsonObject expression, JsonObject? labels)
    {
        var key = expression.Text("key");
        var there = labels is not null && labels.ContainsKey(key);
        return expression.Text("operator") switch
        {
            "In" => there && expression.Texts("values").Contains(labels.Text(key), StringComparer.Ordinal),
            "NotIn" => !there || !expression.Texts("values").Contains(labels.Text(key), StringComparer.Ordinal),
            "Exists" => there,
            "DoesNotExist" => !there,
            _ => false,
        };
    }

    private static void ValidateExpression(JsonObject expression, string path, Faults faults)
    {
        switch (expression.Text("operator"))
        {
            case "In" or "NotIn" when expression.Array("values") is not { Count: > 0 }:
                faults.Required(path + ".values", "must be specified when `operator` is 'In' or 'NotIn'");
                break;
            case "Exists" or "DoesNotExist" when expression.Array("values") is { Count: > 0 }:
                faults.Forbidden(path + ".values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                break;
            case "In" or "NotIn" or "Exists" or "DoesNotExist":
                break;
            default:
                faults.Invalid(path + ".operator", expression.Text("operator"), "not a valid selector operator");
                break;
        }

        faults.Invalid(path + ".key", expression.Text("key"), ObjectNames.QualifiedNameErrors(expression.Text("key")));
        var values = expression.Texts("values").ToList();
        for (var i = 0; i < values.Count; i++)
        {
            faults.Invalid($"{path}.values[{i}]", values[i], ObjectNames.LabelValueErrors(values[i]));
        }
    }
}
