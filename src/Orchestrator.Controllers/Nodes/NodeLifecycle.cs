using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;
using Orchestrator.Controllers.Objects;
using Orchestrator.Controllers.Plans;

namespace Orchestrator.Controllers.Nodes;

/// <summary>Says by taints what is wrong with a node, marks its pods unready when it is lost, and evicts those that do not tolerate that (any longer).</summary>
/// <remarks>Upstream: pkg/controller/nodelifecycle and tainteviction. Liveness itself is the node grain's to judge; here only its condition is read.</remarks>
internal sealed class NodeLifecycle : IReconciler
{
    public string Name => "node-controller";

    public IReadOnlyList<GroupResource> Watches { get; } = [Resources.Nodes, Resources.Pods];

    public IEnumerable<ObjectKey> KeysFor(StoredObject? before, StoredObject after, bool removed, IClusterView view)
    {
        if (after.Key.GroupResource == Resources.Nodes)
        {
            return [after.Key];
        }

        // A pod matters when it comes to a node, which may be tainted; what becomes of it there is the node's affair.
        var node = Typed.Read<V1Pod>(after).Spec?.NodeName;
        return removed || string.IsNullOrEmpty(node) || (before is not null && Typed.Read<V1Pod>(before).Spec?.NodeName == node)
            ? []
            : [Resources.Nodes.Key("", node)];
    }

    public IEnumerable<ObjectKey> AllKeys(IClusterView view) => view.List(Resources.Nodes).Select(stored => stored.Key);

    public Plan Reconcile(ObjectKey key, IClusterView view, DateTimeOffset now)
    {
        if (view.Get<V1Node>(key) is not { } node)
        {
            return Plan.Nothing;
        }

        var present = node.Value.Spec?.Taints?.ToList() ?? [];
        var wanted = NodeTaints.Wanted(node.Value, present, now);
        var writes = new List<PlannedWrite>();
        if (!NodeTaints.AreSame(present, wanted))
        {
            writes.Add(new PlannedWrite.Patch(key, NodeTaints.Patch(wanted), "", node.ResourceVersion));
            if (wanted.Exists(NodeTaints.IsLoss) && !present.Exists(NodeTaints.IsLoss))
            {
                writes.Add(new PlannedWrite.Event(key, Kinds.Node, node.Uid, "Normal", "NodeNotReady", $"Node {node.Name} status is now: NodeNotReady"));
            }
        }

        var executing = wanted.Where(taint => taint.Effect == "NoExecute").ToList();
        if (executing.Count == 0)
        {
            return new Plan { Writes = writes };
        }

        var pods = view.List<V1Pod>(Resources.Pods).Where(pod => pod.Value.Spec?.NodeName == node.Name && Pods.IsActive(pod.Value)).ToList();
        if (executing.Exists(NodeTaints.IsLoss))
        {
            writes.AddRange(pods.Where(pod => Pods.IsReady(pod.Value)).SelectMany(pod => Unready(pod, now)));
        }

        return new Plan { Writes = [.. writes, .. Evictions(pods, executing, now, out var next)], RequeueAfter = next };
    }

    private static List<PlannedWrite> Evictions(List<Typed<V1Pod>> pods, List<V1Taint> taints, DateTimeOffset now, out TimeSpan? next)
    {
        var writes = new List<PlannedWrite>();
        next = null;
        foreach (var pod in pods)
        {
            if (NodeTaints.EvictionTime(pod.Value, taints, now) is not { } due)
            {
                continue;
            }

            if (due <= now)
            {
                writes.Add(new PlannedWrite.Event(
                    pod.Key, Kinds.Pod, pod.Uid, "Normal", "TaintManagerEviction", $"Marking for deletion Pod {pod.Key.Namespace}/{pod.Name}"));
                writes.Add(new PlannedWrite.Delete(pod.Key, pod.Uid));
            }
            else if (next is null || due - now < next)
            {
                next = due - now;
            }
        }

        return writes;
    }

    private static IEnumerable<PlannedWrite> Unready(Typed<V1Pod> pod, DateTimeOffset now)
    {
        var conditions = Typed.Document(pod.Stored)["status"]!["conditions"]!.DeepClone().AsArray();
        var ready = conditions.Single(condition => (string?)condition!["type"] == "Ready")!;
        ready["status"] = "False";
        ready["lastTransitionTime"] = now.Text();
        var patch = new JsonObject { ["status"] = new JsonObject { ["conditions"] = conditions } };
        yield return new PlannedWrite.Patch(pod.Key, patch, "status", pod.ResourceVersion);
        yield return new PlannedWrite.Event(pod.Key, Kinds.Pod, pod.Uid, "Warning", "NodeNotReady", "Node is not ready");
    }
}
