using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Controllers.Objects;

namespace Orchestrator.Controllers.Nodes;

/// <summary>The taints that a node's conditions call for, and what they mean for its pods.</summary>
internal static class NodeTaints
{
    private const string NotReady = "node.kubernetes.io/not-ready";
    private const string Unreachable = "node.kubernetes.io/unreachable";

    private static readonly (string Condition, string Status, string Taint)[] ByCondition =
    [
        ("Ready", "False", NotReady),
        ("Ready", "Unknown", Unreachable),
        ("MemoryPressure", "True", "node.kubernetes.io/memory-pressure"),
        ("DiskPressure", "True", "node.kubernetes.io/disk-pressure"),
        ("PIDPressure", "True", "node.kubernetes.io/pid-pressure"),
        ("NetworkUnavailable", "True", "node.kubernetes.io/network-unavailable"),
    ];

    private const string Cordoned = "node.kubernetes.io/unschedulable";

    /// <summary>The taint says that the node's pods are as good as lost.</summary>
    public static bool IsLoss(V1Taint taint) => taint.Effect == "NoExecute" && taint.Key is NotReady or Unreachable;

    /// <summary>The taints as they should be: those of others as they are, ours by the conditions; one that stays keeps its time.</summary>
    public static List<V1Taint> Wanted(V1Node node, List<V1Taint> present, DateTimeOffset now)
    {
        var wanted = present.Where(taint => !IsOurs(taint)).ToList();
        foreach (var (condition, status, key) in ByCondition)
        {
            if (node.Status?.Conditions?.Any(known => known.Type == condition && known.Status == status) == true)
            {
                Add(key, "NoSchedule");
                if (key is NotReady or Unreachable)
                {
                    Add(key, "NoExecute");
                }
            }
        }

        if (node.Spec?.Unschedulable == true)
        {
            Add(Cordoned, "NoSchedule");
        }

        return wanted;

        void Add(string key, string effect) => wanted.Add(
            present.Find(taint => taint.Key == key && taint.Effect == effect) ?? new V1Taint { Key = key, Effect = effect, TimeAdded = now.UtcDateTime });
    }

    public static bool AreSame(List<V1Taint> left, List<V1Taint> right) =>
        left.Count == right.Count && left.TrueForAll(taint => right.Exists(other => other.Key == taint.Key && other.Effect == taint.Effect && other.Value == taint.Value));

    public static JsonObject Patch(List<V1Taint> taints) => new()
    {
        ["spec"] = new JsonObject { ["taints"] = taints.Count == 0 ? null : new JsonArray([.. taints.Select(Json)]) },
    };

    /// <summary>When the pod must go; null when it tolerates every taint for ever.</summary>
    public static DateTimeOffset? EvictionTime(V1Pod pod, List<V1Taint> taints, DateTimeOffset now)
    {
        DateTimeOffset? due = null;
        foreach (var taint in taints)
        {
            var covering = (pod.Spec.Tolerations ?? []).Where(toleration => Tolerates(toleration, taint)).ToList();
            if (covering.Count == 0)
            {
                return now;
            }

            // The shortest of the tolerations that set a time counts; those that set none hold for ever.
            var seconds = covering.Where(toleration => toleration.TolerationSeconds is not null).Select(toleration => Math.Max(0, toleration.TolerationSeconds!.Value)).ToList();
            if (seconds.Count > 0)
            {
                var until = (taint.TimeAdded.Instant() ?? now).AddSeconds(seconds.Min());
                due = due is null || until < due ? until : due;
            }
        }

        return due;
    }

    public static bool Tolerates(V1Toleration toleration, V1Taint taint) =>
        (toleration.Effect is not { Length: > 0 } effect || effect == taint.Effect)
        && (toleration.Key is not { Length: > 0 } key || key == taint.Key)
        && (toleration.OperatorProperty == "Exists" || (toleration.OperatorProperty is null or "" or "Equal" && (toleration.Value ?? "") == (taint.Value ?? "")));

    private static bool IsOurs(V1Taint taint) =>
        (taint.Key == Cordoned && taint.Effect == "NoSchedule")
        || ByCondition.Any(known => known.Taint == taint.Key && (taint.Effect == "NoSchedule" || (taint.Effect == "NoExecute" && taint.Key is NotReady or Unreachable)));

    private static JsonObject Json(V1Taint taint)
    {
        var json = new JsonObject { ["key"] = taint.Key, ["effect"] = taint.Effect };
        if (taint.Value is { Length: > 0 } value)
        {
            json["value"] = value;
        }

        if (taint.TimeAdded.Instant() is { } added)
        {
            json["timeAdded"] = added.Text();
        }

        return json;
    }
}
