using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Quantities;

namespace Orchestrator.Api.Admission.Quotas;

/// <summary>What a pod as a whole requests, or is limited to.</summary>
/// <remarks>Upstream: component-helpers/resource/helpers.go. Containers and sidecars run together; an init container runs beside the
/// sidecars that were started before it; overhead comes on top; resources of the pod itself go before those of its containers.</remarks>
internal static class PodAmounts
{
    private static readonly string[] OfPod = ["cpu", "memory"];
    private static readonly string[] Lists = ["requests", "limits"];

    /// <summary>The amounts of one container.</summary>
    public static SortedDictionary<string, Quantity> Of(JsonObject container, string list) =>
        ResourceAmounts.Read(container.Object("resources").Object(list));

    /// <summary>Whether the pod states resources as a whole, which then count before those of its containers.</summary>
    public static bool AreStated(JsonObject pod) => Lists.Any(list => (pod.Object("spec").Object("resources").Object(list) ?? []).Any(entry => IsOfPod(entry.Key)));

    /// <summary>The amounts of the pod.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="list"><c>requests</c> or <c>limits</c>.</param>
    public static SortedDictionary<string, Quantity> Total(JsonObject pod, string list)
    {
        var total = WithoutOverhead(pod, list);
        foreach (var (name, amount) in ResourceAmounts.Read(pod.Object("spec").Object("overhead")))
        {
            // Overhead raises a limit that is there; it makes none.
            if (list == "requests" || total.ContainsKey(name))
            {
                total.AddTo([KeyValuePair.Create(name, amount)]);
            }
        }

        return total;
    }

    /// <summary>The amounts of the pod without what its runtime needs for itself.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="list"><c>requests</c> or <c>limits</c>.</param>
    public static SortedDictionary<string, Quantity> WithoutOverhead(JsonObject pod, string list)
    {
        var spec = pod.Object("spec");
        var total = ResourceAmounts.Empty();
        foreach (var container in spec.Items("containers"))
        {
            total.AddTo(Of(container, list));
        }

        var sidecars = ResourceAmounts.Empty();
        var starting = ResourceAmounts.Empty();
        foreach (var container in spec.Items("initContainers"))
        {
            var own = Of(container, list);
            if (container.Text("restartPolicy") == "Always")
            {
                total.AddTo(own);
                sidecars.AddTo(own);
                starting.RaiseTo(sidecars);
            }
            else
            {
                own.AddTo(sidecars);
                starting.RaiseTo(own);
            }
        }

        total.RaiseTo(starting);
        foreach (var (name, amount) in ResourceAmounts.Read(spec.Object("resources").Object(list)))
        {
            if (IsOfPod(name))
            {
                total[name] = amount;
            }
        }

        return total;
    }

    private static bool IsOfPod(string name) => OfPod.Contains(name, StringComparer.Ordinal) || name.StartsWith("hugepages-", StringComparison.Ordinal);
}
