using static Orchestrator.Api.Tables.KindTable;

namespace Orchestrator.Api.Tables;

/// <summary>Autoscalers: what each metric is and should be.</summary>
/// <remarks>Upstream: printHorizontalPodAutoscaler and formatHPAMetrics.</remarks>
internal static class HorizontalPodAutoscalerTable
{
    internal static readonly KindTable HorizontalPodAutoscalers = new(
        [
            Name, Text("Reference", "What is scaled."), Text("Targets", "What the metrics are and should be."), Text("MinPods", "The fewest pods."),
            Text("MaxPods", "The most pods."), Text("Replicas", "How many pods there are."), Age,
        ],
        o =>
        [
            o.Name, o.Text("spec.scaleTargetRef.kind") + "/" + o.Text("spec.scaleTargetRef.name"), Targets(o), o.Text("spec.minReplicas", PrintedObject.Unset),
            o.Number("spec.maxReplicas"), o.Number("status.currentReplicas"), o.Age,
        ]);

    private static string Targets(PrintedObject o)
    {
        // autoscaling/v1 knows the CPU alone.
        if (o.Has("spec.targetCPUUtilizationPercentage"))
        {
            return "cpu: " + Percent(o, "status.currentCPUUtilizationPercentage", PrintedObject.Unknown) + "/" + Percent(o, "spec.targetCPUUtilizationPercentage", "<auto>");
        }

        var statuses = o.Items("status.currentMetrics").ToList();
        return PrintedObject.FirstOf(o.Items("spec.metrics").Select((metric, i) => Metric(metric, i < statuses.Count ? statuses[i] : null)), 2, ", ", PrintedObject.None);
    }

    private static string Metric(PrintedObject metric, PrintedObject? status)
    {
        var type = metric.Text("type");
        var part = type.Length == 0 ? "" : char.ToLowerInvariant(type[0]) + type[1..];
        var target = part + ".target.";
        string Current(string field) => status?.Text(part + ".current." + field, PrintedObject.Unknown) ?? PrintedObject.Unknown;
        var averaged = metric.Has(target + "averageValue");
        switch (type)
        {
            case "Resource" or "ContainerResource":
                var name = metric.Text(part + ".name") + ": ";
                return averaged
                    ? name + Current("averageValue") + "/" + metric.Text(target + "averageValue")
                    : name + (status is { } known ? Percent(known, part + ".current.averageUtilization", PrintedObject.Unknown) : PrintedObject.Unknown)
                        + "/" + Percent(metric, target + "averageUtilization", "<auto>");
            case "Pods":
                return Current("averageValue") + "/" + metric.Text(target + "averageValue");
            case "External" or "Object":
                return averaged
                    ? Current("averageValue") + "/" + metric.Text(target + "averageValue") + " (avg)"
                    : Current("value") + "/" + metric.Text(target + "value");
            default:
                return "<unknown type>";
        }
    }

    private static string Percent(PrintedObject o, string path, string whenAbsent) => o.Has(path) ? o.Text(path) + "%" : whenAbsent;
}
