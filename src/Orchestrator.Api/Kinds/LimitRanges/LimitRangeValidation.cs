using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds.PodTemplates;
using Orchestrator.Api.Quantities;

namespace Orchestrator.Api.Kinds.LimitRanges;

/// <summary>The rules of a LimitRange: its bounds and defaults must fit each other.</summary>
/// <remarks>Upstream: ValidateLimitRange.</remarks>
internal static class LimitRangeValidation
{
    private static readonly string[] Types = ["Container", "PersistentVolumeClaim", "Pod"];
    private static readonly string[] Lists = ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"];

    /// <summary>Validates the spec of a LimitRange.</summary>
    public static Faults Validate(JsonObject? spec)
    {
        var faults = new Faults();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var limits = spec.Items("limits").ToList();
        for (var i = 0; i < limits.Count; i++)
        {
            ValidateLimit(limits[i], $"spec.limits[{i}]", seen, faults);
        }

        return faults;
    }

    private static void ValidateLimit(JsonObject limit, string path, HashSet<string> seen, Faults faults)
    {
        var type = limit.Text("type");
        faults.Invalid(path + ".type", type, ObjectNames.QualifiedNameErrors(type));
        if (!type.Contains('/', StringComparison.Ordinal) && !Types.Contains(type, StringComparer.Ordinal))
        {
            faults.Invalid(path + ".type", type, "must be a standard limit type or fully qualified");
        }

        if (!seen.Add(type))
        {
            faults.Duplicate(path + ".type", type);
        }

        ValidateNames(limit, type, path, faults);
        if (type == "PersistentVolumeClaim" && !limit.Object("min").Has("storage") && !limit.Object("max").Has("storage"))
        {
            faults.Required(path + ".limits", "either minimum or maximum storage value is required, but neither was provided");
        }

        var names = Lists.SelectMany(list => limit.Object(list) ?? []).Select(pair => pair.Key).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);
        foreach (var name in names)
        {
            ValidateAmounts(limit, name, path, faults);
        }
    }

    private static void ValidateNames(JsonObject limit, string type, string path, Faults faults)
    {
        foreach (var list in Lists)
        {
            if (type == "Pod" && list is ("default" or "defaultRequest"))
            {
                if (limit.Object(list) is { Count: > 0 })
                {
                    faults.Forbidden($"{path}.{list}", "may not be specified when `type` is 'Pod'");
                }

                continue;
            }

            foreach (var (name, _) in limit.Object(list) ?? [])
            {
                faults.Invalid($"{path}.{list}[{name}]", name, ObjectNames.QualifiedNameErrors(name));
            }
        }
    }

    private static void ValidateAmounts(JsonObject limit, string name, string path, Faults faults)
    {
        var (min, max) = (Amount(limit, "min", name), Amount(limit, "max", name));
        var (usual, request) = (Amount(limit, "default", name), Amount(limit, "defaultRequest", name));
        (string List, Quantity? Less, Quantity? More, Quantity? Shown, string What)[] pairs =
        [
            ("min", min, max, min, "min value {0} is greater than max value {1}"),
            ("defaultRequest", min, request, request, "min value {0} is greater than default request value {1}"),
            ("defaultRequest", request, max, request, "default request value {0} is greater than max value {1}"),
            ("defaultRequest", request, usual, request, "default request value {0} is greater than default limit value {1}"),
            ("default", min, usual, usual, "min value {0} is greater than default value {1}"),
            ("default", usual, max, usual, "default value {0} is greater than max value {1}"),
        ];
        foreach (var (list, less, more, shown, what) in pairs.Where(pair => pair.Less > pair.More))
        {
            faults.Invalid($"{path}.{list}[{name}]", shown.ToString(), string.Format(CultureInfo.InvariantCulture, what, less, more));
        }

        if (Amount(limit, "maxLimitRequestRatio", name) is { } ratio)
        {
            ValidateRatio(ratio, min, max, $"{path}.maxLimitRequestRatio[{name}]", faults);
        }
    }

    private static void ValidateRatio(Quantity ratio, Quantity? min, Quantity? max, string path, Faults faults)
    {
        if (ratio < new Quantity(1))
        {
            faults.Invalid(path, ratio.ToString(), $"ratio {ratio} is less than 1");
        }

        if (min is { Sign: > 0 } least && max is { } most && ratio.ToDouble() > most.ToDouble() / least.ToDouble())
        {
            var bound = (most.ToDouble() / least.ToDouble()).ToString("F6", CultureInfo.InvariantCulture);
            faults.Invalid(path, ratio.ToString(), $"ratio {ratio} is greater than max/min = {bound}");
        }
    }

    private static Quantity? Amount(JsonObject limit, string list, string name) =>
        limit.Object(list) is { } given && given.ContainsKey(name) ? ResourceValidation.Amount(given[name]) : null;
}
