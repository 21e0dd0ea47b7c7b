using System.Text.Json.Nodes;
using Orchestrator.Api.CustomResources;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Selectors;

namespace Orchestrator.Api.Machinery;

/// <summary>The scale subresource: a view of the replicas of a workload as autoscaling/v1 Scale.</summary>
/// <remarks>Upstream: pkg/registry/apps/*/storage (ScaleREST).</remarks>
public static class ScaleDocuments
{
    /// <summary>The kind of the view.</summary>
    public static GroupVersionKind Kind { get; } = new("autoscaling", "v1", "Scale");

    /// <summary>The scale of a stored Deployment, ReplicaSet, StatefulSet or ReplicationController.</summary>
    public static JsonObject Read(StoredObject stored) => Read(DocumentEncoding.Decode(stored.Document), stored.Revision);

    /// <summary>The scale of a workload as it is, or as it will be.</summary>
    /// <param name="workload">The workload.</param>
    /// <param name="revision">Its revision.</param>
    /// <param name="paths">Where a custom resource keeps its numbers; null: where workloads do.</param>
    public static JsonObject Read(JsonObject workload, Revision revision, ScalePaths? paths = null)
    {
        var metadata = new JsonObject();
        foreach (var field in (string[])["name", "namespace", "uid"])
        {
            metadata.CopyField(field, workload.Metadata());
        }

        metadata["resourceVersion"] = revision.ToString();
        metadata.CopyField("creationTimestamp", workload.Metadata());
        var spec = workload["spec"] as JsonObject;
        var scale = new JsonObject { ["kind"] = Kind.Kind, ["apiVersion"] = Kind.ApiVersion, ["metadata"] = metadata, ["spec"] = new JsonObject() };
        if ((paths is null ? spec.Whole("replicas") : paths.SpecReplicas.Whole(workload, out _)) is { } wanted and not 0)
        {
            scale["spec"]!["replicas"] = wanted;
        }

        var status = new JsonObject
        {
            ["replicas"] = (paths is null ? (workload["status"] as JsonObject).Whole("replicas") : paths.StatusReplicas.Whole(workload, out _)) ?? 0,
        };
        if ((paths is null ? SelectorText(spec) : paths.LabelSelector?.String(workload, out _)) is { Length: > 0 } selector)
        {
            status["selector"] = selector;
        }

        scale["status"] = status;
        return scale;
    }

    /// <summary>Puts the wanted replicas into a workload.</summary>
    internal static void SetReplicas(JsonObject workload, long replicas, ScalePaths? paths)
    {
        if (paths is not null)
        {
            paths.SpecReplicas.Put(workload, replicas);
            return;
        }

        if (workload["spec"] is not JsonObject spec)
        {
            spec = [];
            workload["spec"] = spec;
        }

        spec["replicas"] = replicas;
    }

    /// <summary>The faults of a scale.</summary>
    internal static IEnumerable<FieldError> Faults(JsonObject scale)
    {
        var replicas = (scale["spec"] as JsonObject).Whole("replicas") ?? 0;
        if (replicas < 0)
        {
            yield return FieldError.Invalid("spec.replicas", replicas, "must be greater than or equal to 0");
        }
    }

    private static string SelectorText(JsonObject? spec)
    {
        // A ReplicationController selects by a plain map of labels.
        if (spec?["selector"] is JsonObject selector && !selector.ContainsKey("matchLabels") && !selector.ContainsKey("matchExpressions"))
        {
            return string.Join(',', selector.Select(pair => pair.Key).Order(StringComparer.Ordinal).Select(key => key + "=" + selector.Text(key)));
        }

        return LabelSelector.FromJson(spec?["selector"], out var parsed) is null ? parsed.ToString() : "";
    }
}
