using k8s.Models;
using Orchestrator.Scheduling.Snapshots;

namespace Orchestrator.Scheduling.Filters;

/// <summary>Rejects nodes that the pod's nodeSelector or required node affinity does not choose.</summary>
/// <remarks>Upstream: NodeAffinity.</remarks>
internal sealed class NodeAffinity : IFilter
{
    public string Name => nameof(NodeAffinity);

    public Func<SchedulingNode, FilterResult>? For(SchedulingPod pod, Snapshot snapshot)
    {
        var spec = pod.Pod.Spec;
        return spec.NodeSelector is null or { Count: 0 } && spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution is null
            ? null
            : node => Chooses(spec, node) ? FilterResult.Fits : FilterResult.Never("node(s) didn't match Pod's node affinity/selector");
    }

    /// <summary>The node is one that the pod's selector and required affinity allow.</summary>
    public static bool Chooses(V1PodSpec spec, SchedulingNode node) =>
        (spec.NodeSelector?.All(pair => node.Labels.TryGetValue(pair.Key, out var value) && value == pair.Value) ?? true)
        && (spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution is not { } required
            || required.NodeSelectorTerms.Any(term => Labels.Matches(term, node)));
}
