using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;
using Orchestrator.Controllers.Objects;
using Orchestrator.Controllers.Plans;

namespace Orchestrator.Controllers.ReplicaSets;

/// <summary>Keeps as many pods of a template running as the replica set asks for.</summary>
/// <remarks>Upstream: pkg/controller/replicaset.</remarks>
internal sealed class ReplicaSetReconciler : IReconciler
{
    /// <summary>Most pods created or deleted in one pass; the rest follows in the next, so that one large set does not hold up its shard.</summary>
    public const int BurstReplicas = 500;

    private static readonly string[] StatusFields =
        ["replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas", "terminatingReplicas", "observedGeneration", "conditions"];

    private const string ReplicaFailure = "ReplicaFailure";

    public string Name => "replicaset-controller";

    public IReadOnlyList<GroupResource> Watches { get; } = [Resources.ReplicaSets, Resources.Pods];

    public IEnumerable<ObjectKey> KeysFor(StoredObject? before, StoredObject after, bool removed, IClusterView view) =>
        after.Key.GroupResource == Resources.ReplicaSets
            ? [after.Key]
            : PodOwners.KeysFor<V1ReplicaSet>(before, after, view, Resources.ReplicaSets, Kinds.ReplicaSet, set => set.Spec.Selector);

    public IEnumerable<ObjectKey> AllKeys(IClusterView view) => view.List(Resources.ReplicaSets).Select(stored => stored.Key);

    public Plan Reconcile(ObjectKey key, IClusterView view, DateTimeOffset now)
    {
        if (view.Get<V1ReplicaSet>(key) is not { } set)
        {
            return Plan.Nothing;
        }

        var candidates = view.List<V1Pod>(Resources.Pods, key.Namespace);
        var claims = Ownership.Claim(set, Kinds.ReplicaSet, set.Value.Spec.Selector, candidates.Where(pod => !Pods.IsTerminal(pod.Value)));
        var active = claims.Owned.Where(pod => Pods.IsActive(pod.Value)).ToList();
        var terminating = claims.Owned.Count - active.Count;

        var writes = new List<PlannedWrite>();
        if (Status(set, active, terminating, now) is { } status)
        {
            writes.Add(new PlannedWrite.Patch(key, status, "status", set.ResourceVersion));
        }

        writes.AddRange(claims.Writes);
        if (!set.IsDeleting)
        {
            writes.AddRange(Scaling(set, active, candidates, view, now));
        }

        return new Plan { Writes = writes, RequeueAfter = NextAvailability(set.Value, active, now) };
    }

    private static IEnumerable<PlannedWrite> Scaling(
        Typed<V1ReplicaSet> set, List<Typed<V1Pod>> active, List<Typed<V1Pod>> all, IClusterView view, DateTimeOffset now)
    {
        var difference = (set.Value.Spec.Replicas ?? 1) - active.Count;
        return difference switch
        {
            > 0 => Creations(set, all, Math.Min(difference, BurstReplicas), now),
            < 0 => Deletions(set, active, all, view, Math.Min(-difference, BurstReplicas), now),
            _ => [],
        };
    }

    private static IEnumerable<PlannedWrite> Creations(Typed<V1ReplicaSet> set, List<Typed<V1Pod>> all, int count, DateTimeOffset now)
    {
        var template = Typed.Document(set.Stored)["spec"]!["template"]!;
        var names = all.Select(pod => pod.Name).ToHashSet();

        // The newest revision that this pass has seen: a name drawn from it is new whenever anything changed, and the same when nothing did.
        var seen = all.Where(pod => Ownership.IsControlledBy(pod.Meta, set.Uid)).Select(pod => pod.Stored.Revision).Append(set.Stored.Revision).Max();
        for (var (created, attempt) = (0, 0); created < count; attempt++)
        {
            var name = Shortened(set.Name) + NameHash.Suffix(string.Create(CultureInfo.InvariantCulture, $"{set.Uid}/{seen}/{attempt}"));
            if (!names.Add(name))
            {
                continue;
            }

            created++;
            var document = Pods.FromTemplate(template, Kinds.ReplicaSet, set.Name, set.Uid, set.Key.Namespace, name, generated: true);
            yield return new PlannedWrite.Create(Resources.Pods.Key(set.Key.Namespace, name), document) { WhenRefused = why => Refused(set, why, now) };
            yield return Event(set, "SuccessfulCreate", $"Created pod: {name}");
        }
    }

    private static IEnumerable<PlannedWrite> Deletions(
        Typed<V1ReplicaSet> set, List<Typed<V1Pod>> active, List<Typed<V1Pod>> all, IClusterView view, int count, DateTimeOffset now)
    {
        var order = new PodDeletionOrder(now, RelatedByNode(set, all, view));
        foreach (var pod in active.Order(order).Take(count))
        {
            yield return new PlannedWrite.Delete(pod.Key, pod.Uid);
            yield return Event(set, "SuccessfulDelete", $"Deleted pod: {pod.Name}");
        }
    }

    // Pods of all replica sets of the same Deployment count as related: a node that runs many of them can best spare one.
    private static Dictionary<string, int> RelatedByNode(Typed<V1ReplicaSet> set, List<Typed<V1Pod>> all, IClusterView view)
    {
        var owner = Ownership.ControllerOf(set.Meta)?.Uid;
        var siblings = owner is null
            ? [set.Uid]
            : view.OwnedBy(Resources.ReplicaSets, owner).Select(stored => Typed.Meta(stored).Uid).Append(set.Uid).ToHashSet();
        return all
            .Where(pod => Pods.IsActive(pod.Value) && pod.Value.Spec?.NodeName is { Length: > 0 })
            .Where(pod => Ownership.ControllerOf(pod.Meta) is { } controller && siblings.Contains(controller.Uid))
            .GroupBy(pod => pod.Value.Spec.NodeName)
            .ToDictionary(group => group.Key, group => group.Count());
    }

    private static JsonObject? Status(Typed<V1ReplicaSet> set, List<Typed<V1Pod>> active, int terminating, DateTimeOffset now)
    {
        var minReady = set.Value.Spec.MinReadySeconds ?? 0;
        var labels = set.Value.Spec.Template?.Metadata?.Labels;
        var desired = new JsonObject { ["replicas"] = active.Count }
            .Count("fullyLabeledReplicas", active.Count(pod => LabelSelectors.Matches(labels, pod.Meta.Labels)))
            .Count("readyReplicas", active.Count(pod => Pods.IsReady(pod.Value)))
            .Count("availableReplicas", active.Count(pod => Pods.IsAvailable(pod.Value, minReady, now)))
            .Count("observedGeneration", set.Meta.Generation ?? 0);
        desired["terminatingReplicas"] = terminating;
        var conditions = Conditions(set.Stored).Where(condition => IsFailing(set, active) || (string?)condition?["type"] != ReplicaFailure);
        if (conditions.Select(condition => condition?.DeepClone()).ToArray() is { Length: > 0 } kept)
        {
            desired["conditions"] = new JsonArray(kept);
        }

        return MergePatches.Status(Typed.Document(set.Stored)["status"] as JsonObject, desired, StatusFields);
    }

    // Once there are as many pods as wanted, none is being refused; until then what was said stands.
    private static bool IsFailing(Typed<V1ReplicaSet> set, List<Typed<V1Pod>> active) => active.Count < (set.Value.Spec.Replicas ?? 1);

    private static JsonArray Conditions(StoredObject stored) => Typed.Document(stored)["status"]?["conditions"] as JsonArray ?? [];

    /// <summary>Says that a pod was refused: as an Event each time (they are counted), as a condition the first time.</summary>
    private static IReadOnlyList<PlannedWrite> Refused(Typed<V1ReplicaSet> set, string why, DateTimeOffset now)
    {
        var said = new PlannedWrite.Event(set.Key, Kinds.ReplicaSet, set.Uid, "Warning", "FailedCreate", "Error creating: " + why);
        var conditions = Conditions(set.Stored);
        if (conditions.Any(condition => (string?)condition?["type"] == ReplicaFailure))
        {
            return [said];
        }

        var failure = new JsonObject
        {
            ["type"] = ReplicaFailure,
            ["status"] = "True",
            ["lastTransitionTime"] = now.Text(),
            ["reason"] = "FailedCreate",
            ["message"] = why,
        };
        var patch = new JsonObject
        {
            ["status"] = new JsonObject { ["conditions"] = new JsonArray([.. conditions.Select(condition => condition?.DeepClone()), failure]) },
        };
        return [said, new PlannedWrite.Patch(set.Key, patch, "status")];
    }

    private static TimeSpan? NextAvailability(V1ReplicaSet set, List<Typed<V1Pod>> active, DateTimeOffset now)
    {
        var minReady = set.Spec.MinReadySeconds ?? 0;
        var waits = active
            .Where(pod => minReady > 0 && Pods.IsReady(pod.Value) && !Pods.IsAvailable(pod.Value, minReady, now))
            .Select(pod => (Pods.ReadySince(pod.Value) ?? now).AddSeconds(minReady) - now)
            .ToList();
        return waits.Count == 0 ? null : waits.Min();
    }

    private static PlannedWrite.Event Event(Typed<V1ReplicaSet> set, string reason, string message) =>
        new(set.Key, Kinds.ReplicaSet, set.Uid, "Normal", reason, message);

    // Upstream's name generator: a base longer than 58 characters is cut so that the five random ones still fit into a label.
    private static string Shortened(string owner) => owner.Length + 1 > 58 ? owner[..Math.Min(owner.Length, 58)] : owner + "-";
}
