using Orchestrator.Scheduling.Snapshots;

namespace Orchestrator.Scheduling.Filters;

/// <summary>Rejects nodes whose free resources are below the pod's requests.</summary>
/// <remarks>Upstream: NodeResourcesFit. Reports every shortfall, not the first: kubectl shows them all. What is not asked for is not checked.</remarks>
internal sealed class NodeResourcesFit : IFilter
{
    public string Name => nameof(NodeResourcesFit);

    public Func<SchedulingNode, FilterResult>? For(SchedulingPod pod, Snapshot snapshot) => node => Check(pod.Requests, node);

    private static FilterResult Check(ResourceAmounts requests, SchedulingNode node)
    {
        List<string>? reasons = null;
        var resolvable = true;
        if (node.Pods.Count + 1 > node.AllowedPods)
        {
            (reasons ??= []).Add("Too many pods");
            resolvable &= node.AllowedPods > 0;
        }

        Compare("cpu", requests.MilliCpu, node.Allocatable.MilliCpu, node.Requested.MilliCpu);
        Compare("memory", requests.Memory, node.Allocatable.Memory, node.Requested.Memory);
        Compare("ephemeral-storage", requests.EphemeralStorage, node.Allocatable.EphemeralStorage, node.Requested.EphemeralStorage);
        foreach (var (name, amount) in requests.Others)
        {
            Compare(name, amount, node.Allocatable[name], node.Requested[name]);
        }

        return reasons is null ? FilterResult.Fits : new FilterResult(reasons, resolvable);

        void Compare(string name, long wanted, long allocatable, long taken)
        {
            if (wanted > 0 && wanted > allocatable - taken)
            {
                (reasons ??= []).Add("Insufficient " + name);
                resolvable &= wanted <= allocatable;
            }
        }
    }
}
