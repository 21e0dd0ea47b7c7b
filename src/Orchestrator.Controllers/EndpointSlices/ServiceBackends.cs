using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;
using Orchestrator.Controllers.Objects;

namespace Orchestrator.Controllers.EndpointSlices;

/// <summary>The pods behind a Service: which count, at which addresses, and on which ports. What EndpointSlices and Endpoints are both made from.</summary>
internal static class ServiceBackends
{
    /// <summary>A Service whose backends are looked for: it selects pods and is not a mere alias.</summary>
    public static bool HasBackends(V1Service service) => service.Spec?.Selector is { Count: > 0 } && service.Spec.Type != "ExternalName";

    /// <summary>The Services that a changed object concerns.</summary>
    public static IEnumerable<ObjectKey> KeysFor(StoredObject? before, StoredObject after, IClusterView view)
    {
        if (after.Key.GroupResource == Resources.Services)
        {
            return [after.Key];
        }

        var labels = new[] { before, after }.Where(stored => stored is not null).Select(stored => Typed.Meta(stored!).Labels).ToList();
        return view.List<V1Service>(Resources.Services, after.Key.Namespace)
            .Where(service => HasBackends(service.Value) && labels.Exists(known => LabelSelectors.Matches(service.Value.Spec.Selector, known)))
            .Select(service => service.Key);
    }

    /// <summary>The selected pods that have not finished, in the order of their names.</summary>
    public static List<Typed<V1Pod>> Pods(Typed<V1Service> service, IClusterView view) =>
        [.. view.List<V1Pod>(Resources.Pods, service.Key.Namespace)
            .Where(pod => LabelSelectors.Matches(service.Value.Spec.Selector, pod.Meta.Labels) && !Objects.Pods.IsTerminal(pod.Value))];

    /// <summary>The pod's address of an IP family; null when it has none yet.</summary>
    public static string? Address(V1Pod pod, string family) =>
        (pod.Status?.PodIPs?.Select(ip => ip.Ip) ?? [pod.Status?.PodIP])
            .FirstOrDefault(address => address is { Length: > 0 } && address.Contains(':', StringComparison.Ordinal) == (family == "IPv6"));

    /// <summary>The families that the Service is of.</summary>
    public static IReadOnlyList<string> Families(V1Service service) =>
        service.Spec.IpFamilies is { Count: > 0 } families ? [.. families] : service.Spec.ClusterIP?.Contains(':', StringComparison.Ordinal) == true ? ["IPv6"] : ["IPv4"];

    public static bool IsHeadless(V1Service service) => service.Spec.ClusterIP is "None" or null or "";

    /// <summary>The pod's part of the Service's ports, those by name looked up in its containers; a port that it does not have is left out.</summary>
    public static JsonArray Ports(V1Service service, V1Pod pod)
    {
        var ports = new JsonArray();
        foreach (var port in service.Spec.Ports ?? [])
        {
            if (Number(port, pod) is not { } number)
            {
                continue;
            }

            var added = new JsonObject { ["name"] = port.Name ?? "", ["port"] = number, ["protocol"] = port.Protocol ?? "TCP" };
            if (port.AppProtocol is { Length: > 0 } application)
            {
                added["appProtocol"] = application;
            }

            ports.Add(added);
        }

        return ports;
    }

    /// <summary>The reference that says which pod an address belongs to.</summary>
    public static JsonObject Target(Typed<V1Pod> pod) => new()
    {
        ["kind"] = "Pod",
        ["namespace"] = pod.Key.Namespace,
        ["name"] = pod.Name,
        ["uid"] = pod.Uid,
    };

    /// <summary>The host name by which DNS answers for this pod alone; null when it has none.</summary>
    public static string? Hostname(Typed<V1Service> service, V1Pod pod) =>
        pod.Spec.Hostname is { Length: > 0 } hostname && pod.Spec.Subdomain == service.Name ? hostname : null;

    /// <summary>When the newest cause of the present backends happened: what latency is measured from.</summary>
    public static string? LastChange(Typed<V1Service> service, IEnumerable<Typed<V1Pod>> pods) => pods
        .Select(pod => Objects.Pods.Condition(pod.Value, "Ready")?.LastTransitionTime.Instant())
        .Append(service.Meta.CreationTimestamp.Instant())
        .Max()?.Text();

    private static int? Number(V1ServicePort port, V1Pod pod)
    {
        var target = port.TargetPort?.Value;
        if (string.IsNullOrEmpty(target) || target == "0")
        {
            return port.Port;
        }

        if (int.TryParse(target, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        var sidecars = (pod.Spec.InitContainers ?? []).Where(container => container.RestartPolicy == "Always");
        return (pod.Spec.Containers ?? []).Concat(sidecars)
            .SelectMany(container => container.Ports ?? [])
            .FirstOrDefault(known => known.Name == target && (known.Protocol ?? "TCP") == (port.Protocol ?? "TCP"))?.ContainerPort;
    }
}
