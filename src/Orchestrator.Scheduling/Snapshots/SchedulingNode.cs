using System.Text;
using k8s;
using k8s.Models;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Scheduling.Snapshots;

/// <summary>A node as the scheduler sees it: what it offers, and what the pods on it take. Changed by its snapshot only.</summary>
public sealed class SchedulingNode
{
    private readonly Dictionary<ObjectKey, SchedulingPod> _pods = [];
    private readonly List<HostPort> _hostPorts = [];

    internal SchedulingNode(string name)
    {
        Name = name;
        Node = new V1Node { Metadata = new V1ObjectMeta { Name = name } };
        Fields = new Dictionary<string, string> { ["metadata.name"] = name };
    }

    /// <summary>The node's name.</summary>
    public string Name { get; }

    /// <summary>The typed view; read only.</summary>
    public V1Node Node { get; private set; }

    /// <summary>False while pods name it that is not (or no longer) there.</summary>
    public bool Exists { get; private set; }

    /// <summary>metadata.labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; private set; } = new Dictionary<string, string>();

    /// <summary>What matchFields may ask for.</summary>
    internal IReadOnlyDictionary<string, string> Fields { get; }

    /// <summary>spec.taints.</summary>
    public IReadOnlyList<V1Taint> Taints { get; private set; } = [];

    /// <summary>What it offers to pods.</summary>
    public ResourceAmounts Allocatable { get; private set; } = new();

    /// <summary>How many pods it takes.</summary>
    public long AllowedPods { get; private set; }

    /// <summary>What its pods ask for.</summary>
    public ResourceAmounts Requested { get; } = new();

    /// <summary>The same with default amounts for containers that ask for nothing.</summary>
    public ResourceAmounts Assumed { get; } = new();

    /// <summary>The images on it by name, with their sizes in bytes.</summary>
    public IReadOnlyDictionary<string, long> Images { get; private set; } = new Dictionary<string, long>();

    /// <summary>The pods that count against it.</summary>
    public IReadOnlyCollection<SchedulingPod> Pods => _pods.Values;

    /// <summary>The host ports that its pods take.</summary>
    public IReadOnlyList<HostPort> HostPorts => _hostPorts;

    internal void Set(StoredObject stored)
    {
        Node = KubernetesJson.Deserialize<V1Node>(Encoding.UTF8.GetString(stored.Document.Span));
        Exists = true;
        Labels = new Dictionary<string, string>(Node.Metadata.Labels ?? new Dictionary<string, string>());
        Taints = [.. Node.Spec?.Taints ?? []];
        Allocatable = ResourceAmounts.From(Node.Status?.Allocatable);
        AllowedPods = Allocatable["pods"];
        var images = new Dictionary<string, long>();
        foreach (var image in Node.Status?.Images ?? [])
        {
            foreach (var name in image.Names ?? [])
            {
                images[name] = image.SizeBytes ?? 0;
            }
        }

        Images = images;
    }

    internal void Clear() => Exists = false;

    internal void Add(SchedulingPod pod)
    {
        _pods.Add(pod.Key, pod);
        Requested.Add(pod.Requests);
        Assumed.Add(pod.AssumedRequests);
        _hostPorts.AddRange(pod.HostPorts);
    }

    internal void Remove(SchedulingPod pod)
    {
        _pods.Remove(pod.Key);
        Requested.Add(pod.Requests, -1);
        Assumed.Add(pod.AssumedRequests, -1);
        foreach (var port in pod.HostPorts)
        {
            _hostPorts.Remove(port);
        }
    }
}
