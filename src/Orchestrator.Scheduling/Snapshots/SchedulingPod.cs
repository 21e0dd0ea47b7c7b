using System.Text;
using k8s;
using k8s.Models;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Scheduling.Snapshots;

/// <summary>A pod as the scheduler sees it: read once from its document, what the plugins ask for worked out once.</summary>
public sealed class SchedulingPod
{
    private static readonly Dictionary<string, string> NoLabels = [];

    private SchedulingPod(ObjectKey key, V1Pod pod)
    {
        Key = key;
        Pod = pod;
        Requests = PodRequests.Of(pod.Spec, assumesDefaults: false);
        AssumedRequests = PodRequests.Of(pod.Spec, assumesDefaults: true);
        Labels = new Dictionary<string, string>(pod.Metadata.Labels ?? NoLabels);
        HostPorts = [.. Ports(pod.Spec)];
        Affinity = AffinityTerm.All(this, pod.Spec.Affinity?.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution);
        AntiAffinity = AffinityTerm.All(this, pod.Spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution);
        PreferredAffinity = AffinityTerm.All(this, pod.Spec.Affinity?.PodAffinity?.PreferredDuringSchedulingIgnoredDuringExecution);
        PreferredAntiAffinity = AffinityTerm.All(this, pod.Spec.Affinity?.PodAntiAffinity?.PreferredDuringSchedulingIgnoredDuringExecution);
    }

    /// <summary>The pod's key.</summary>
    public ObjectKey Key { get; }

    /// <summary>The typed view; read only.</summary>
    public V1Pod Pod { get; }

    /// <summary>metadata.uid.</summary>
    public string Uid => Pod.Metadata.Uid ?? "";

    /// <summary>metadata.labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; }

    /// <summary>The node that it is bound to; empty while it waits.</summary>
    public string NodeName => Pod.Spec.NodeName ?? "";

    /// <summary>spec.priority; zero when it has none.</summary>
    public int Priority => Pod.Spec.Priority ?? 0;

    /// <summary>It has finished and needs nothing of its node any more.</summary>
    public bool IsFinished => Pod.Status?.Phase is "Succeeded" or "Failed";

    /// <summary>It is on its way out.</summary>
    public bool IsDeleting => Pod.Metadata.DeletionTimestamp is not null;

    /// <summary>A scheduler is to place it now: unbound, not finished or going, and no scheduling gate is left.</summary>
    public bool IsPending => NodeName.Length == 0 && !IsFinished && !IsDeleting && Pod.Spec.SchedulingGates is null or { Count: 0 };

    /// <summary>What it asks of its node.</summary>
    public ResourceAmounts Requests { get; }

    /// <summary>The same, with default amounts for containers that ask for nothing: what scores count.</summary>
    public ResourceAmounts AssumedRequests { get; }

    /// <summary>The ports of the host that it takes.</summary>
    public IReadOnlyList<HostPort> HostPorts { get; }

    internal IReadOnlyList<AffinityTerm> Affinity { get; }

    internal IReadOnlyList<AffinityTerm> AntiAffinity { get; }

    internal IReadOnlyList<AffinityTerm> PreferredAffinity { get; }

    internal IReadOnlyList<AffinityTerm> PreferredAntiAffinity { get; }

    /// <summary>The uid of its controller; null when it has none.</summary>
    internal string? ControllerUid => Pod.Metadata.OwnerReferences?.FirstOrDefault(owner => owner.Controller == true)?.Uid;

    /// <summary>Reads a stored pod.</summary>
    public static SchedulingPod From(StoredObject stored) =>
        new(stored.Key, KubernetesJson.Deserialize<V1Pod>(Encoding.UTF8.GetString(stored.Document.Span)));

    /// <summary>The same pod, as it will be once it is bound.</summary>
    internal SchedulingPod BoundTo(string node) => new(Key, Pod with { Spec = Pod.Spec with { NodeName = node } });

    private static IEnumerable<HostPort> Ports(V1PodSpec spec) => (spec.Containers ?? [])
        .Concat((spec.InitContainers ?? []).Where(container => container.RestartPolicy == "Always"))
        .SelectMany(container => container.Ports ?? [])
        .Where(port => port.HostPort is > 0)
        .Select(port => new HostPort(port.HostIP is { Length: > 0 } ip ? ip : "0.0.0.0", port.Protocol is { Length: > 0 } protocol ? protocol : "TCP", port.HostPort!.Value));
}

/// <summary>A port of a host. The address 0.0.0.0 is every address.</summary>
/// <param name="Address">The host's address.</param>
/// <param name="Protocol">TCP, UDP or SCTP.</param>
/// <param name="Port">The number.</param>
public readonly record struct HostPort(string Address, string Protocol, int Port)
{
    /// <summary>Both cannot be taken on one host.</summary>
    public bool ConflictsWith(HostPort other) =>
        Port == other.Port && Protocol == other.Protocol && (Address == other.Address || Address == "0.0.0.0" || other.Address == "0.0.0.0");
}
