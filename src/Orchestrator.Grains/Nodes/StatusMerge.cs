using System.Globalization;
using System.Text.Json.Nodes;

namespace Orchestrator.Grains.Nodes;

/// <summary>Builds the status patches of pods and nodes from what an agent reports.</summary>
internal static class StatusMerge
{
    /// <summary>Status fields of a pod that others than its node own.</summary>
    private static readonly HashSet<string> NotTheNodes = ["conditions", "nominatedNodeName", "resourceClaimStatuses", "extendedResourceClaimStatus", "qosClass"];

    /// <summary>The pod conditions that the node owns. Upstream: pkg/kubelet/types.PodConditionByKubelet.</summary>
    private static readonly HashSet<string> NodesPodConditions =
    [
        "Initialized", "Ready", "ContainersReady", "PodReadyToStartContainers", "PodResizeInProgress", "PodResizePending", "AllContainersRestarting",
    ];

    /// <summary>The conditions that become unknown when a node is silent. Upstream: node_lifecycle_controller.go tryUpdateNodeHealth.</summary>
    private static readonly string[] NodeConditionTypes = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];

    /// <summary>The merge patch that replaces all that the node owns of a pod's status, and leaves the rest.</summary>
    public static JsonObject PodStatus(JsonNode? current, JsonObject reported, DateTimeOffset now)
    {
        var status = reported.DeepClone().AsObject();
        var old = current as JsonObject ?? [];
        foreach (var (name, _) in old)
        {
            if (!NotTheNodes.Contains(name) && !status.ContainsKey(name))
            {
                status[name] = null;
            }
        }

        var kept = Conditions(old).Where(condition => !NodesPodConditions.Contains(TypeOf(condition)));
        var reportedOwn = Conditions(reported).Where(condition => NodesPodConditions.Contains(TypeOf(condition)));
        status["conditions"] = new JsonArray([.. reportedOwn.Select(condition => Dated(condition, old, now)), .. kept.Select(condition => condition.DeepClone())]);
        return status;
    }

    /// <summary>The merge patch of a node's status: all that is reported, with the transition times of the conditions that stayed.</summary>
    public static JsonObject NodeStatus(JsonNode? current, JsonObject reported, DateTimeOffset now)
    {
        var status = reported.DeepClone().AsObject();
        var old = current as JsonObject ?? [];
        var conditions = Conditions(reported).Select(condition => Dated(condition, old, now)).ToList();
        if (conditions.Count > 0)
        {
            var kept = Conditions(old).Where(condition => conditions.All(other => TypeOf(other) != TypeOf(condition)));
            status["conditions"] = new JsonArray([.. conditions, .. kept.Select(condition => condition.DeepClone())]);
        }

        return status;
    }

    /// <summary>The merge patch of the status of a node that is no longer heard.</summary>
    public static JsonObject SilentNodeStatus(JsonNode? current, DateTimeOffset now)
    {
        var old = current as JsonObject ?? [];
        var unknown = NodeConditionTypes.Select(type => Dated(
            new JsonObject
            {
                ["type"] = type,
                ["status"] = "Unknown",
                ["reason"] = "NodeStatusUnknown",
                ["message"] = "Kubelet stopped posting node status.",
                ["lastHeartbeatTime"] = (string?)Find(old, type)?["lastHeartbeatTime"] ?? Time(now),
            },
            old,
            now));
        var kept = Conditions(old).Where(condition => !NodeConditionTypes.Contains(TypeOf(condition)));
        return new JsonObject { ["conditions"] = new JsonArray([.. unknown, .. kept.Select(condition => condition.DeepClone())]) };
    }

    /// <summary>The status of a node's Ready condition; null when it has none.</summary>
    public static string? Ready(JsonNode? status) => (string?)Find(status as JsonObject ?? [], "Ready")?["status"];

    private static JsonNode Dated(JsonNode condition, JsonObject old, DateTimeOffset now)
    {
        var dated = condition.DeepClone();
        var before = Find(old, TypeOf(condition));
        dated["lastTransitionTime"] = before is not null && (string?)before["status"] == (string?)condition["status"]
            ? (string?)before["lastTransitionTime"] ?? Time(now)
            : (string?)condition["lastTransitionTime"] ?? Time(now);
        return dated;
    }

    private static JsonNode? Find(JsonObject status, string type) => Conditions(status).FirstOrDefault(condition => TypeOf(condition) == type);

    private static string TypeOf(JsonNode condition) => (string?)condition["type"] ?? "";

    private static IEnumerable<JsonNode> Conditions(JsonObject status) => status["conditions"] is JsonArray list ? list.OfType<JsonNode>() : [];

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
