using Orchestrator.Scheduling.Snapshots;

namespace Orchestrator.Scheduling.Filters;

/// <summary>Rejects nodes with a NoSchedule or NoExecute taint that the pod does not tolerate.</summary>
/// <remarks>Upstream: TaintToleration. Names the first such taint.</remarks>
internal sealed class TaintToleration : IFilter
{
    public string Name => nameof(TaintToleration);

    public Func<SchedulingNode, FilterResult>? For(SchedulingPod pod, Snapshot snapshot)
    {
        var tolerations = pod.Pod.Spec.Tolerations;
        return node =>
        {
            foreach (var taint in node.Taints)
            {
                if (taint.Effect is "NoSchedule" or "NoExecute" && !Tolerations.Tolerate(tolerations, taint))
                {
                    return FilterResult.Never($"node(s) had untolerated taint {{{taint.Key}: {taint.Value}}}");
                }
            }

            return FilterResult.Fits;
        };
    }
}
