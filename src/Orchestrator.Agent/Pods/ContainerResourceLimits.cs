using k8s.Models;
using Orchestrator.Api.Quantities;
using Orchestrator.AgentProtocol.Cri;

namespace Orchestrator.Agent.Pods;

/// <summary>Turns requests and limits into what the kernel is told. Pure.</summary>
/// <remarks>Upstream: pkg/kubelet/cm/helpers_linux.go and pkg/kubelet/qos/policy.go.</remarks>
internal static class ContainerResourceLimits
{
    /// <summary>The period over which a CPU limit is counted, in microseconds.</summary>
    public const long CpuPeriod = 100_000;

    private const long LeastShares = 2;
    private const long MostShares = 262_144;
    private const long SharesPerCpu = 1024;
    private const long LeastQuota = 1000;

    /// <summary>The limits of one container.</summary>
    public static LinuxContainerResources Of(V1Pod pod, V1Container container, long nodeMemory)
    {
        var resources = new LinuxContainerResources
        {
            CpuShares = Shares(Request(container, "cpu")?.MilliValue ?? 0),
            CpuPeriod = CpuPeriod,
            OomScoreAdj = OomScore(pod, container, nodeMemory),
        };
        if (PodSpecs.Amount(container.Resources?.Limits, "cpu") is { IsZero: false } cpu)
        {
            resources.CpuQuota = Quota(cpu.MilliValue);
        }

        if (PodSpecs.Amount(container.Resources?.Limits, "memory") is { IsZero: false } memory)
        {
            resources.MemoryLimitInBytes = memory.Value;
        }

        return resources;
    }

    /// <summary>What the containers of a pod may use together: null where one of them has no limit.</summary>
    public static PodLimits OfPod(V1Pod pod)
    {
        var cpu = PodSpecs.Amount(pod.Spec.Resources?.Limits, "cpu") ?? Together(pod, container => PodSpecs.Amount(container.Resources?.Limits, "cpu"));
        var memory = PodSpecs.Amount(pod.Spec.Resources?.Limits, "memory") ?? Together(pod, container => PodSpecs.Amount(container.Resources?.Limits, "memory"));
        var requested = PodSpecs.Amount(pod.Spec.Resources?.Requests, "cpu") ?? Together(pod, container => Request(container, "cpu") ?? Quantity.Zero);
        return new PodLimits(
            Shares(requested?.MilliValue ?? 0),
            cpu is { IsZero: false } ? Quota(cpu.Value.MilliValue) : null,
            memory is { IsZero: false } ? memory.Value.Value : null);
    }

    /// <summary>CPU weight as cgroup v1 has it.</summary>
    public static long Shares(long milliCpu) => milliCpu == 0 ? LeastShares : Math.Clamp(milliCpu * SharesPerCpu / 1000, LeastShares, MostShares);

    /// <summary>CPU time in each period.</summary>
    public static long Quota(long milliCpu) => Math.Max(milliCpu * CpuPeriod / 1000, LeastQuota);

    private static Quantity? Request(V1Container container, string name) =>
        PodSpecs.Amount(container.Resources?.Requests, name) ?? PodSpecs.Amount(container.Resources?.Limits, name);

    /// <summary>Whom the kernel kills first when memory runs out: the less is promised to a container, the sooner.</summary>
    private static long OomScore(V1Pod pod, V1Container container, long nodeMemory)
    {
        switch (PodSpecs.QosClass(pod))
        {
            case "Guaranteed":
                return -997;
            case "BestEffort":
                return 1000;
            default:
                var request = Request(container, "memory")?.Value ?? 0;
                return Math.Clamp(1000 - (long)((Int128)1000 * request / Math.Max(nodeMemory, 1)), 3, 999);
        }
    }

    /// <summary>The most that is used at one time: sidecars and containers together, or a lone init container with the sidecars before it.</summary>
    private static Quantity? Together(V1Pod pod, Func<V1Container, Quantity?> amount)
    {
        var (sum, most) = (Quantity.Zero, Quantity.Zero);
        foreach (var container in PodSpecs.InitContainers(pod))
        {
            if (amount(container) is not { } own)
            {
                return null;
            }

            most = Quantity.Max(most, sum + own);
            sum = PodSpecs.IsSidecar(container) ? sum + own : sum;
        }

        foreach (var container in pod.Spec.Containers)
        {
            if (amount(container) is not { IsZero: false } own)
            {
                if (amount(container) is null)
                {
                    return null;
                }

                continue;
            }

            sum += own;
        }

        return Quantity.Max(most, sum);
    }
}

/// <summary>The limits of a pod's own cgroup.</summary>
internal sealed record PodLimits(long CpuShares, long? CpuQuota, long? MemoryBytes);
