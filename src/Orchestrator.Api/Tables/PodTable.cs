using System.Globalization;
using static Orchestrator.Api.Tables.KindTable;

namespace Orchestrator.Api.Tables;

/// <summary>Pods: one word for all that its containers go through.</summary>
/// <remarks>Upstream: printPod in pkg/printers/internalversion/printers.go.</remarks>
internal static class PodTable
{
    internal static readonly KindTable Pods = new(
        [
            Name,
            Text("Ready", "The aggregate readiness state of this pod for accepting traffic."),
            Text("Status", "The aggregate status of the containers in this pod."),
            Text("Restarts", "The number of times the containers in this pod have been restarted and when the last container in this pod has restarted."),
            Age,
            Wide("IP", "The pod's first address."),
            Wide("Node", "The node that the pod is bound to."),
            Wide("Nominated Node", "The node that is being made free for the pod."),
            Wide("Readiness Gates", "How many of the pod's readiness gates are met."),
        ],
        Cells,
        pod => pod.Text("status.phase") switch
        {
            "Succeeded" => new RowCondition("Succeeded", "The pod has completed successfully."),
            "Failed" => new RowCondition("Failed", "The pod failed."),
            _ => null,
        });

    private static object?[] Cells(PrintedObject pod)
    {
        var state = new ContainerStates(pod);
        var restarts = state.Restarts.ToString(CultureInfo.InvariantCulture);
        if (state is { Restarts: > 0, LastRestart: { } last })
        {
            restarts += $" ({pod.Since(last)} ago)";
        }

        return
        [
            pod.Name,
            string.Create(CultureInfo.InvariantCulture, $"{state.Ready}/{state.Total}"),
            Status(pod, state.Reason),
            restarts,
            pod.Age,
            pod.Items("status.podIPs").Select(ip => ip.Text("ip")).FirstOrDefault(PrintedObject.None),
            pod.Text("spec.nodeName", PrintedObject.None),
            pod.Text("status.nominatedNodeName", PrintedObject.None),
            ReadinessGates(pod),
        ];
    }

    private static string Status(PrintedObject pod, string reason)
    {
        if (!pod.Has("metadata.deletionTimestamp"))
        {
            return reason;
        }

        if (pod.Text("status.reason") == "NodeLost")
        {
            return "Unknown";
        }

        return pod.Text("status.phase") is "Succeeded" or "Failed" ? reason : "Terminating";
    }

    private static string ReadinessGates(PrintedObject pod)
    {
        var gates = pod.Items("spec.readinessGates").Select(gate => pod.Condition(gate.Text("conditionType"))).ToList();
        return gates.Count == 0
            ? PrintedObject.None
            : string.Create(CultureInfo.InvariantCulture, $"{gates.Count(status => status == "True")}/{gates.Count}");
    }
}
