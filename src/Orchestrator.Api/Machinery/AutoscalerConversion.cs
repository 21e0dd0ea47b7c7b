using System.Text.Json.Nodes;

namespace Orchestrator.Api.Machinery;

/// <summary>HorizontalPodAutoscalers in v1, where CPU utilisation is a field of its own, and v2, where it is one of the metrics.</summary>
/// <remarks>Upstream: pkg/apis/autoscaling/v1/conversion.go; other metrics are carried in an annotation of v1.</remarks>
internal static class AutoscalerConversion
{
    private const string TargetField = "targetCPUUtilizationPercentage";
    private const string CurrentField = "currentCPUUtilizationPercentage";
    private const string MetricsAnnotation = "autoscaling.alpha.kubernetes.io/metrics";

    public static void ToV2(JsonObject obj)
    {
        if (obj["spec"] is JsonObject spec)
        {
            var metrics = CarriedMetrics(obj);
            if (spec[TargetField] is { } target)
            {
                metrics.Insert(0, CpuMetric("target", "averageUtilization", target));
            }

            spec.Remove(TargetField);
            if (metrics.Count > 0)
            {
                spec["metrics"] = metrics;
            }
        }

        if (obj["status"] is JsonObject status && status[CurrentField] is { } current)
        {
            status["currentMetrics"] = new JsonArray(CpuMetric("current", "averageUtilization", current));
            status.Remove(CurrentField);
        }
    }

    public static void ToV1(JsonObject obj)
    {
        if (obj["spec"] is JsonObject spec && spec["metrics"] is JsonArray metrics)
        {
            spec.Remove("metrics");
            var others = new JsonArray();
            foreach (var metric in metrics)
            {
                if (CpuUtilisation(metric, "target") is { } target && !spec.ContainsKey(TargetField))
                {
                    spec[TargetField] = target.DeepClone();
                }
                else
                {
                    others.Add(metric?.DeepClone());
                }
            }

            Carry(obj, others);
        }

        if (obj["status"] is JsonObject status)
        {
            // v1 always says both counts.
            status["currentReplicas"] ??= 0;
            status["desiredReplicas"] ??= 0;
            var current = status["currentMetrics"] as JsonArray ?? [];
            status.Remove("currentMetrics");
            if (current.Select(metric => CpuUtilisation(metric, "current")).FirstOrDefault(value => value is not null) is { } found)
            {
                status[CurrentField] = found.DeepClone();
            }
        }
    }

    private static JsonObject CpuMetric(string side, string field, JsonNode value)
    {
        var target = new JsonObject { [field] = value.DeepClone() };
        if (side == "target")
        {
            target["type"] = "Utilization";
        }

        return new JsonObject { ["type"] = "Resource", ["resource"] = new JsonObject { ["name"] = "cpu", [side] = target } };
    }

    private static JsonNode? CpuUtilisation(JsonNode? metric, string side) =>
        metric?["type"]?.ToString() == "Resource" && metric["resource"]?["name"]?.ToString() == "cpu"
            ? metric["resource"]?[side]?["averageUtilization"]
            : null;

    private static JsonArray CarriedMetrics(JsonObject obj)
    {
        if (obj["metadata"]?["annotations"] is not JsonObject annotations || annotations[MetricsAnnotation] is not { } carried)
        {
            return [];
        }

        annotations.Remove(MetricsAnnotation);
        try
        {
            return JsonNode.Parse(carried.ToString()) as JsonArray ?? [];
        }
        catch (System.Text.Json.JsonException)
        {
            // Anyone may write an annotation; one that is not JSON carries no metrics (upstream drops it as well).
            return [];
        }
    }

    private static void Carry(JsonObject obj, JsonArray others)
    {
        if (others.Count > 0 && obj["metadata"] is JsonObject metadata)
        {
            if (metadata["annotations"] is not JsonObject annotations)
            {
                annotations = [];
                metadata["annotations"] = annotations;
            }

            annotations[MetricsAnnotation] = others.ToJsonString();
        }
    }
}
