using System.Text.Json;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;

namespace Orchestrator.Scheduling.Snapshots;

/// <summary>The nodes and what runs on them, kept up to date object by object: what a decision is made from. Not for use by several threads at once.</summary>
/// <remarks>Upstream: scheduler/backend/cache. A pod that was placed but whose binding the cache does not show yet is assumed on its node.</remarks>
public sealed class Snapshot
{
    private static readonly Dictionary<string, string> NoLabels = [];
    private readonly SortedDictionary<string, SchedulingNode> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<ObjectKey, SchedulingPod> _pods = [];
    private readonly HashSet<ObjectKey> _assumed = [];
    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> _namespaces = [];
    private SchedulingNode[]? _present;

    /// <summary>The resources whose objects a snapshot is made of.</summary>
    public static IReadOnlyList<GroupResource> Resources { get; } = [new("", "nodes"), new("", "pods"), new("", "namespaces")];

    /// <summary>The nodes that exist, by name.</summary>
    public IReadOnlyList<SchedulingNode> Nodes => _present ??= [.. _nodes.Values.Where(node => node.Exists)];

    /// <summary>The snapshot of a whole cluster.</summary>
    public static Snapshot Of(IClusterView view)
    {
        var snapshot = new Snapshot();
        foreach (var stored in Resources.SelectMany(resource => view.List(resource)))
        {
            snapshot.Apply(stored);
        }

        return snapshot;
    }

    /// <summary>Takes in a new or changed node, pod or namespace; others are ignored.</summary>
    public void Apply(StoredObject stored)
    {
        switch (stored.Key)
        {
            case { Group: "", Resource: "nodes" }:
                Node(stored.Key.Name).Set(stored);
                _present = null;
                break;
            case { Group: "", Resource: "pods" }:
                ApplyPod(SchedulingPod.From(stored));
                break;
            case { Group: "", Resource: "namespaces" }:
                _namespaces[stored.Key.Name] = ReadLabels(stored);
                break;
        }
    }

    /// <summary>Takes out an object that is gone.</summary>
    public void Remove(ObjectKey key)
    {
        switch (key)
        {
            case { Group: "", Resource: "nodes" }:
                Node(key.Name).Clear();
                _present = null;
                DropEmpty(key.Name);
                break;
            case { Group: "", Resource: "pods" }:
                _assumed.Remove(key);
                TakeOff(key);
                break;
            case { Group: "", Resource: "namespaces" }:
                _namespaces.Remove(key.Name);
                break;
        }
    }

    /// <summary>Counts a pod on the node that was chosen for it, until its binding shows or <see cref="Forget"/> says it failed.</summary>
    public void Assume(SchedulingPod pod, string node)
    {
        TakeOff(pod.Key);
        _assumed.Add(pod.Key);
        Place(pod.BoundTo(node));
    }

    /// <summary>The binding of an assumed pod failed.</summary>
    public void Forget(ObjectKey pod)
    {
        if (_assumed.Remove(pod))
        {
            TakeOff(pod);
        }
    }

    /// <summary>A node by name, or null.</summary>
    public SchedulingNode? Find(string name) => _nodes.TryGetValue(name, out var node) && node.Exists ? node : null;

    internal IReadOnlyDictionary<string, string> NamespaceLabels(string name) => _namespaces.GetValueOrDefault(name, NoLabels);

    /// <summary>Puts a pod that was taken off for a trial back.</summary>
    internal void Place(SchedulingPod pod)
    {
        _pods[pod.Key] = pod;
        Node(pod.NodeName).Add(pod);
    }

    internal void TakeOff(ObjectKey key)
    {
        if (_pods.Remove(key, out var known))
        {
            Node(known.NodeName).Remove(known);
            DropEmpty(known.NodeName);
        }
    }

    private void ApplyPod(SchedulingPod pod)
    {
        if (pod.NodeName.Length == 0 && !pod.IsFinished && _assumed.Contains(pod.Key))
        {
            // An older or unrelated change of a pod whose binding is on its way.
            return;
        }

        _assumed.Remove(pod.Key);
        TakeOff(pod.Key);
        if (pod.NodeName.Length > 0 && !pod.IsFinished)
        {
            Place(pod);
        }
    }

    private SchedulingNode Node(string name)
    {
        if (!_nodes.TryGetValue(name, out var node))
        {
            _nodes[name] = node = new SchedulingNode(name);
        }

        return node;
    }

    private void DropEmpty(string name)
    {
        if (_nodes.TryGetValue(name, out var node) && !node.Exists && node.Pods.Count == 0)
        {
            _nodes.Remove(name);
        }
    }

    private static Dictionary<string, string> ReadLabels(StoredObject stored)
    {
        using var document = JsonDocument.Parse(stored.Document);
        return document.RootElement.TryGetProperty("metadata", out var metadata) && metadata.TryGetProperty("labels", out var labels)
            ? labels.EnumerateObject().ToDictionary(label => label.Name, label => label.Value.GetString() ?? "")
            : [];
    }
}
