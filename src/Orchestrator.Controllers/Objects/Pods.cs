using k8s.Models;
using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;

namespace Orchestrator.Controllers.Objects;

/// <summary>What the controllers ask of a pod (upstream: api/v1/pod and controller_utils.go).</summary>
internal static class Pods
{
    public static bool IsTerminal(V1Pod pod) => pod.Status?.Phase is "Succeeded" or "Failed";

    /// <summary>Neither finished nor on its way out.</summary>
    public static bool IsActive(V1Pod pod) => !IsTerminal(pod) && pod.Metadata.DeletionTimestamp is null;

    public static V1PodCondition? Condition(V1Pod pod, string type) => pod.Status?.Conditions?.FirstOrDefault(condition => condition.Type == type);

    public static bool IsReady(V1Pod pod) => Condition(pod, "Ready")?.Status == "True";

    public static DateTimeOffset? ReadySince(V1Pod pod) => IsReady(pod) ? Condition(pod, "Ready")!.LastTransitionTime.Instant() : null;

    /// <summary>Ready for at least the given time.</summary>
    public static bool IsAvailable(V1Pod pod, int minReadySeconds, DateTimeOffset now) =>
        IsReady(pod) && (minReadySeconds == 0 || (ReadySince(pod) is { } since && since.AddSeconds(minReadySeconds) <= now));

    /// <summary>The most restarts of any container.</summary>
    public static int Restarts(V1Pod pod) =>
        (pod.Status?.ContainerStatuses ?? []).Concat(pod.Status?.InitContainerStatuses ?? []).Select(status => status.RestartCount).DefaultIfEmpty().Max();

    /// <summary>A pod document from a template, controlled by its owner, with a name that the same seed always gives.</summary>
    public static JsonObject FromTemplate(JsonNode template, GroupVersionKind ownerKind, string ownerName, string ownerUid, string ns, string name, bool generated)
    {
        var metadata = new JsonObject();
        if (generated)
        {
            metadata["generateName"] = ownerName + "-";
        }

        metadata["name"] = name;
        metadata["namespace"] = ns;
        foreach (var field in (string[])["labels", "annotations", "finalizers"])
        {
            if (template["metadata"]?[field] is { } value)
            {
                metadata[field] = value.DeepClone();
            }
        }

        metadata["ownerReferences"] = new JsonArray(Ownership.Reference(ownerKind, ownerName, ownerUid));
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = metadata,
            ["spec"] = template["spec"]?.DeepClone() ?? new JsonObject(),
        };
    }
}
