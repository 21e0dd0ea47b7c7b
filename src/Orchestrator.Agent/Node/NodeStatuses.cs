using k8s.Models;
using Orchestrator.AgentProtocol.Cri;

namespace Orchestrator.Agent.Node;

/// <summary>What is known of a node at one moment.</summary>
internal sealed record NodeView
{
    public required NodeFacts Facts { get; init; }

    public required V1NodeSystemInfo System { get; init; }

    public required HostPressure Pressure { get; init; }

    /// <summary>Why the runtime does not answer; null while it does.</summary>
    public string? RuntimeFault { get; init; }

    /// <summary>The runtime's own conditions.</summary>
    public RuntimeStatus? Runtime { get; init; }

    public IReadOnlyList<Image> Images { get; init; } = [];

    public required DateTimeOffset Now { get; init; }
}

/// <summary>The status of a Node as users see it. Pure.</summary>
/// <remarks>Upstream: pkg/kubelet/nodestatus/setters.go.</remarks>
internal static class NodeStatuses
{
    /// <summary>Upstream's --node-status-max-images.</summary>
    private const int MostImages = 50;

    /// <summary>Names of one image that are told.</summary>
    private const int MostNames = 5;

    /// <summary>The status.</summary>
    public static V1NodeStatus Of(NodeView view)
    {
        var facts = view.Facts;
        return new V1NodeStatus
        {
            Capacity = Amounts($"{facts.Cpus}", $"{facts.MemoryBytes >> 10}Ki", $"{facts.DiskBytes >> 10}Ki", facts.MaxPods),
            Allocatable = Amounts(facts.AllocatableCpu.ToString(), $"{facts.AllocatableMemory.Value >> 10}Ki", $"{facts.AllocatableDisk.Value}", facts.MaxPods),
            Addresses =
            [
                .. facts.Addresses.Select(address => new V1NodeAddress { Type = "InternalIP", Address = address }),
                new V1NodeAddress { Type = "Hostname", Address = facts.NodeName },
            ],
            NodeInfo = view.System,
            Conditions =
            [
                Pressure(view, "MemoryPressure", view.Pressure.Memory, "KubeletHasSufficientMemory", "kubelet has sufficient memory available", "KubeletHasInsufficientMemory", "kubelet has insufficient memory available"),
                Pressure(view, "DiskPressure", view.Pressure.Disk, "KubeletHasNoDiskPressure", "kubelet has no disk pressure", "KubeletHasDiskPressure", "kubelet has disk pressure"),
                Pressure(view, "PIDPressure", view.Pressure.Pids, "KubeletHasSufficientPID", "kubelet has sufficient PID available", "KubeletHasInsufficientPID", "kubelet has insufficient PID available"),
                Ready(view),
            ],
            Images =
            [
                .. view.Images.OrderByDescending(image => image.Size).Take(MostImages).Select(image => new V1ContainerImage
                {
                    Names = [.. image.RepoDigests.Concat(image.RepoTags).Take(MostNames)],
                    SizeBytes = (long)image.Size,
                }),
            ],
        };
    }

    private static Dictionary<string, ResourceQuantity> Amounts(string cpu, string memory, string disk, int pods) => new()
    {
        ["cpu"] = new ResourceQuantity(cpu),
        ["memory"] = new ResourceQuantity(memory),
        ["ephemeral-storage"] = new ResourceQuantity(disk),
        ["hugepages-1Gi"] = new ResourceQuantity("0"),
        ["hugepages-2Mi"] = new ResourceQuantity("0"),
        ["pods"] = new ResourceQuantity($"{pods}"),
    };

    private static V1NodeCondition Ready(NodeView view)
    {
        List<string> faults = [];
        if (view.RuntimeFault is { } fault)
        {
            faults.Add($"container runtime is down: {fault}");
        }
        else if (view.Runtime is { } runtime)
        {
            faults.AddRange(Fault(runtime, "RuntimeReady", "container runtime not ready"));
            faults.AddRange(Fault(runtime, "NetworkReady", "container runtime network not ready"));
        }
        else
        {
            faults.Add("container runtime status check may not have completed yet");
        }

        return faults.Count == 0
            ? Condition(view, "Ready", "True", "KubeletReady", "kubelet is posting ready status")
            : Condition(view, "Ready", "False", "KubeletNotReady", faults.Count == 1 ? faults[0] : $"[{string.Join(", ", faults)}]");
    }

    private static IEnumerable<string> Fault(RuntimeStatus runtime, string type, string words) => runtime.Conditions
        .Where(condition => condition.Type == type && !condition.Status)
        .Select(condition => $"{words}: {type}=false reason:{condition.Reason} message:{condition.Message}");

    private static V1NodeCondition Pressure(NodeView view, string type, bool holds, string goodReason, string good, string badReason, string bad) =>
        Condition(view, type, holds ? "True" : "False", holds ? badReason : goodReason, holds ? bad : good);

    private static V1NodeCondition Condition(NodeView view, string type, string status, string reason, string message) => new()
    {
        Type = type,
        Status = status,
        Reason = reason,
        Message = message,
        LastHeartbeatTime = new DateTime(view.Now.UtcTicks - (view.Now.UtcTicks % TimeSpan.TicksPerSecond), DateTimeKind.Utc),
    };
}
