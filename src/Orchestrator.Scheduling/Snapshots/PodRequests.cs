using k8s.Models;

namespace Orchestrator.Scheduling.Snapshots;

/// <summary>What a pod asks of its node (upstream: component-helpers/resource).</summary>
internal static class PodRequests
{
    // Upstream: what a container without requests is taken to use when nodes are scored, so that such pods spread too.
    private const long DefaultMilliCpu = 100;
    private const long DefaultMemory = 200 * 1024 * 1024;

    /// <summary>The most that is in use at once: all containers and sidecars together, or an init container beside the sidecars before it.</summary>
    /// <param name="spec">The pod.</param>
    /// <param name="assumesDefaults">Count containers without CPU or memory requests as using the default amounts.</param>
    public static ResourceAmounts Of(V1PodSpec spec, bool assumesDefaults)
    {
        var total = new ResourceAmounts();
        foreach (var container in spec.Containers ?? [])
        {
            total.Add(Of(container, assumesDefaults));
        }

        var sidecars = new ResourceAmounts();
        var initial = new ResourceAmounts();
        foreach (var container in spec.InitContainers ?? [])
        {
            var requests = Of(container, assumesDefaults);
            if (container.RestartPolicy == "Always")
            {
                total.Add(requests);
                sidecars.Add(requests);
                requests = sidecars;
            }
            else
            {
                requests.Add(sidecars);
            }

            initial.RaiseTo(requests);
        }

        total.RaiseTo(initial);
        Override(total, spec.Resources);
        total.Add(ResourceAmounts.From(spec.Overhead));
        return total;
    }

    private static ResourceAmounts Of(V1Container container, bool assumesDefaults)
    {
        var requests = container.Resources?.Requests;
        var amounts = ResourceAmounts.From(requests);
        if (assumesDefaults && requests?.ContainsKey("cpu") != true)
        {
            amounts.MilliCpu = DefaultMilliCpu;
        }

        if (assumesDefaults && requests?.ContainsKey("memory") != true)
        {
            amounts.Memory = DefaultMemory;
        }

        return amounts;
    }

    // Requests of the pod as a whole stand above those of its containers.
    private static void Override(ResourceAmounts total, V1ResourceRequirements? whole)
    {
        if (whole?.Requests is not { Count: > 0 } requests)
        {
            return;
        }

        var amounts = ResourceAmounts.From(requests);
        foreach (var name in requests.Keys)
        {
            total[name] = amounts[name];
        }
    }
}
