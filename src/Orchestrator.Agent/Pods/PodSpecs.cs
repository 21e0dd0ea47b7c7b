using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using k8s.Models;
using Orchestrator.Api.Quantities;

namespace Orchestrator.Agent.Pods;

/// <summary>Questions that many ask of a pod's document.</summary>
internal static class PodSpecs
{
    /// <summary>An init container that runs beside the others from then on.</summary>
    public static bool IsSidecar(V1Container container) => container.RestartPolicy == "Always";

    public static IEnumerable<V1Container> InitContainers(V1Pod pod) => pod.Spec.InitContainers ?? [];

    public static IEnumerable<V1Container> AllContainers(V1Pod pod) => InitContainers(pod).Concat(pod.Spec.Containers);

    /// <summary>Containers that were added to a running pod, to look into it.</summary>
    public static IEnumerable<V1Container> EphemeralContainers(V1Pod pod) => (pod.Spec.EphemeralContainers ?? []).Select(DebugContainers.AsContainer);

    public static bool IsEphemeral(V1Pod pod, string name) => (pod.Spec.EphemeralContainers ?? []).Any(container => container.Name == name);

    public static bool IsInit(V1Pod pod, string name) => InitContainers(pod).Any(container => container.Name == name);

    /// <summary>Whether a container that ended so is started again.</summary>
    public static bool Restarts(V1Pod pod, V1Container container, int exitCode) => RestartPolicy(pod, container) switch
    {
        "Never" => false,
        "OnFailure" => exitCode != 0,
        _ => true,
    };

    /// <summary>
    /// The pod's policy, which a sidecar overrides; an init container that succeeded is done under any of them, and an ephemeral one runs once.
    /// </summary>
    public static string RestartPolicy(V1Pod pod, V1Container container)
    {
        if (IsEphemeral(pod, container.Name))
        {
            return "Never";
        }

        if (IsSidecar(container) && IsInit(pod, container.Name))
        {
            return "Always";
        }

        var policy = pod.Spec.RestartPolicy is { Length: > 0 } given ? given : "Always";
        return policy == "Always" && IsInit(pod, container.Name) ? "OnFailure" : policy;
    }

    /// <summary>How events and messages name a pod.</summary>
    public static string Title(V1Pod pod) => $"{pod.Metadata.Name}_{pod.Metadata.NamespaceProperty}({pod.Metadata.Uid})";

    /// <summary>What a container is made of that may change while its pod lives: a different value means that it must be replaced.</summary>
    public static string Hash(V1Container container)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(container.Name + "\n" + container.Image));
        return Convert.ToHexStringLower(hash.AsSpan(0, 4));
    }

    /// <summary>An amount of a list of resources; null when it names none.</summary>
    public static Quantity? Amount(IDictionary<string, ResourceQuantity>? amounts, string name) =>
        amounts is not null && amounts.TryGetValue(name, out var text) && Quantity.TryParse(text?.ToString(), out var amount) ? amount : null;

    /// <summary>The pod's class of service. Upstream: pkg/apis/core/v1/helper/qos.</summary>
    public static string QosClass(V1Pod pod)
    {
        if (pod.Status?.QosClass is { Length: > 0 } told)
        {
            return told;
        }

        string[] names = ["cpu", "memory"];
        var all = AllContainers(pod).ToList();
        var any = all.Any(container => names.Any(name =>
            Amount(container.Resources?.Requests, name) is { IsZero: false } || Amount(container.Resources?.Limits, name) is { IsZero: false }));
        if (!any)
        {
            return "BestEffort";
        }

        var isGuaranteed = all.All(container => names.All(name =>
            Amount(container.Resources?.Limits, name) is { IsZero: false } limit && (Amount(container.Resources?.Requests, name) ?? limit) == limit));
        return isGuaranteed ? "Guaranteed" : "Burstable";
    }

    /// <summary>A duration as Go prints it in messages: 10s, 1m20s, 5m0s.</summary>
    public static string GoDuration(TimeSpan duration)
    {
        var seconds = (long)duration.TotalSeconds;
        return seconds < 60
            ? string.Create(CultureInfo.InvariantCulture, $"{seconds}s")
            : string.Create(CultureInfo.InvariantCulture, $"{seconds / 60}m{seconds % 60}s");
    }
}
