using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds.PodTemplates;

namespace Orchestrator.Api.Kinds.HorizontalPodAutoscalers;

/// <summary>The rules of a HorizontalPodAutoscaler.</summary>
/// <remarks>Upstream: pkg/apis/autoscaling/validation.</remarks>
internal static class HorizontalPodAutoscalerValidation
{
    private const long LongestPeriod = 1800;
    private const long LongestWindow = 3600;

    /// <summary>The sources of metrics: the field of each and the type that goes with it.</summary>
    private static readonly (string Field, string Type)[] Sources =
    [
        ("object", "Object"), ("external", "External"), ("pods", "Pods"), ("resource", "Resource"), ("containerResource", "ContainerResource"),
    ];

    /// <summary>Validates the spec of an autoscaler.</summary>
    public static Faults Validate(JsonObject spec)
    {
        var faults = new Faults();
        var (least, most) = (spec.Integer("minReplicas"), spec.Integer("maxReplicas") ?? 0);
        if (least < 1)
        {
            faults.Invalid("spec.minReplicas", least, "must be greater than or equal to 1");
        }

        if (most < 1)
        {
            faults.Invalid("spec.maxReplicas", most, "must be greater than 0");
        }

        if (most < least)
        {
            faults.Invalid("spec.maxReplicas", most, "must be greater than or equal to `minReplicas`");
        }

        ValidateReference(spec.Object("scaleTargetRef"), "spec.scaleTargetRef", faults);
        var metrics = spec.Items("metrics").ToList();
        for (var i = 0; i < metrics.Count; i++)
        {
            ValidateMetric(metrics[i], $"spec.metrics[{i}]", faults);
        }

        foreach (var direction in new[] { "scaleUp", "scaleDown" })
        {
            if (spec.Object("behavior").Object(direction) is { } rules)
            {
                ValidateRules(rules, "spec.behavior." + direction, faults);
            }
        }

        return faults;
    }

    private static void ValidateReference(JsonObject? reference, string path, Faults faults)
    {
        foreach (var field in new[] { "kind", "name" })
        {
            if (reference.Text(field).Length == 0)
            {
                faults.Required($"{path}.{field}");
            }
            else
            {
                faults.Invalid($"{path}.{field}", reference.Text(field), ObjectNames.PathSegmentErrors(reference.Text(field)));
            }
        }

        var version = reference.Text("apiVersion");
        if (version.Count(c => c == '/') > 1)
        {
            faults.Invalid(path + ".apiVersion", version, "unexpected GroupVersion string: " + version);
        }
        else if (version.IndexOf('/', StringComparison.Ordinal) <= 0 && !(version == "v1" && reference.Text("kind") == "ReplicationController"))
        {
            faults.Invalid(path + ".apiVersion", version, "apiVersion must specify API group");
        }
    }

    private static void ValidateMetric(JsonObject metric, string path, Faults faults)
    {
        var type = metric.Text("type");
        if (type.Length == 0)
        {
            faults.Required(path + ".type", "must specify a metric source type");
        }

        if (!Sources.Any(source => source.Type == type))
        {
            faults.NotSupported(path + ".type", type, "ContainerResource", "External", "Object", "Pods", "Resource");
        }

        var given = Sources.Where(source => metric.Has(source.Field)).Select(source => source.Field).ToList();
        if (given.Count > 0)
        {
            ValidateSource(metric.Object(given[0]), given[0], $"{path}.{given[0]}", faults);
        }

        var expected = Sources.FirstOrDefault(source => source.Type == type).Field ?? type.ToLowerInvariant();
        if (!given.Contains(expected, StringComparer.Ordinal))
        {
            faults.Required($"{path}.{expected}", "must populate information for the given metric source");
        }

        foreach (var other in given.Where(field => given.Count > 1 && field != expected))
        {
            faults.Forbidden($"{path}.{other}", "must populate the given metric source only");
        }
    }

    private static void ValidateSource(JsonObject? source, string field, string path, Faults faults)
    {
        if (field is "resource" or "containerResource")
        {
            if (source.Text("name").Length == 0)
            {
                faults.Required(path + ".name", "must specify a resource name");
            }

            if (field == "containerResource" && source.Text("container").Length == 0)
            {
                faults.Required(path + ".container", "must specify a container");
            }
        }
        else
        {
            if (field == "object")
            {
                ValidateReference(source.Object("describedObject"), path + ".describedObject", faults);
            }

            if (source.Object("metric").Text("name").Length == 0)
            {
                faults.Required(path + ".metric.name", "must specify a metric name");
            }
            else
            {
                faults.Invalid(path + ".metric.name", source.Object("metric").Text("name"), ObjectNames.PathSegmentErrors(source.Object("metric").Text("name")));
            }

            Selectors.Validate(source.Object("metric").Object("selector"), path + ".metric.selector", faults);
        }

        ValidateTarget(source.Object("target"), field, path + ".target", faults);
    }

    private static void ValidateTarget(JsonObject? target, string source, string path, Faults faults)
    {
        faults.OneOf(path + ".type", target.Text("type"), "AverageValue", "Utilization", "Value");
        foreach (var amount in new[] { "value", "averageValue" })
        {
            if (target.Has(amount) && ResourceValidation.Amount(target![amount]).Sign != 1)
            {
                faults.Invalid($"{path}.{amount}", ResourceValidation.Amount(target[amount]).ToString(), "must be positive");
            }
        }

        var share = target.Integer("averageUtilization");
        if (share < 1)
        {
            faults.Invalid(path + ".averageUtilization", share, "must be greater than 0");
        }

        var (hasShare, hasAverage, hasValue) = (share is not null, target.Has("averageValue"), target.Has("value"));
        switch (source)
        {
            case "resource" or "containerResource" when hasShare && hasAverage:
                faults.Forbidden(path + ".averageValue", "may not set both a target raw value and a target utilization");
                break;
            case "resource" or "containerResource" when !hasShare && !hasAverage:
                faults.Required(path + ".averageUtilization", "must set either a target raw value or a target utilization");
                break;
            case "pods" when !hasAverage:
                faults.Required(path + ".averageValue", "must specify a positive target averageValue");
                break;
            case "object" or "external" when !hasValue && !hasAverage:
                faults.Required(path + ".averageValue",
                    source == "object" ? "must set either a target value or averageValue" : "must set either a target value for metric or a per-pod target");
                break;
            case "external" when hasValue && hasAverage:
                faults.Forbidden(path + ".value", "may not set both a target value for metric and a per-pod target");
                break;
        }
    }

    private static void ValidateRules(JsonObject rules, string path, Faults faults)
    {
        var window = rules.Integer("stabilizationWindowSeconds");
        faults.NotNegative(path + ".stabilizationWindowSeconds", window);
        if (window > LongestWindow)
        {
            faults.Invalid(path + ".stabilizationWindowSeconds", window, $"must be less than or equal to {LongestWindow}");
        }

        faults.OneOfIfSet(path + ".selectPolicy", rules.Text("selectPolicy"), "Disabled", "Max", "Min");
        var policies = rules.Items("policies").ToList();
        if (policies.Count == 0)
        {
            faults.Required(path + ".policies", "must specify at least one Policy");
        }

        for (var i = 0; i < policies.Count; i++)
        {
            var at = $"{path}.policies[{i}]";
            faults.OneOf(at + ".type", policies[i].Text("type"), "Percent", "Pods");
            RequirePositive(policies[i].Integer("value") ?? 0, at + ".value", faults);
            var period = policies[i].Integer("periodSeconds") ?? 0;
            RequirePositive(period, at + ".periodSeconds", faults);
            if (period > LongestPeriod)
            {
                faults.Invalid(at + ".periodSeconds", period, $"must be less than or equal to {LongestPeriod}");
            }
        }
    }

    private static void RequirePositive(long value, string path, Faults faults)
    {
        if (value <= 0)
        {
            faults.Invalid(path, value, "must be greater than zero");
        }
    }
}
