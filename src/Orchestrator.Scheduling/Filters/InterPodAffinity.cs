using Orchestrator.Scheduling.Snapshots;

namespace Orchestrator.Scheduling.Filters;

/// <summary>Rejects nodes whose topology lacks pods that the pod must be near, or holds pods that it must not be near, in either direction.</summary>
/// <remarks>Upstream: InterPodAffinity.</remarks>
internal sealed class InterPodAffinity : IFilter
{
    public string Name => nameof(InterPodAffinity);

    public Func<SchedulingNode, FilterResult>? For(SchedulingPod pod, Snapshot snapshot)
    {
        // Domains are (topology key, value) pairs; each set is gathered once for all nodes.
        var forbiddenByOthers = new HashSet<(string, string)>();
        var forbidden = new HashSet<(string, string)>();
        var wanted = new Dictionary<(string, string), int>();
        foreach (var node in snapshot.Nodes)
        {
            foreach (var other in node.Pods)
            {
                Gather(other.AntiAffinity.Where(term => term.Matches(pod, snapshot)), node, forbiddenByOthers);
                Gather(pod.AntiAffinity.Where(term => term.Matches(other, snapshot)), node, forbidden);
                if (pod.Affinity.Count > 0 && pod.Affinity.All(term => term.Matches(other, snapshot)))
                {
                    foreach (var term in pod.Affinity)
                    {
                        if (node.Labels.TryGetValue(term.TopologyKey, out var value))
                        {
                            wanted[(term.TopologyKey, value)] = wanted.GetValueOrDefault((term.TopologyKey, value)) + 1;
                        }
                    }
                }
            }
        }

        if (forbiddenByOthers.Count == 0 && forbidden.Count == 0 && pod.Affinity.Count == 0)
        {
            return null;
        }

        // The first pod of a group that wants to be together has nobody to be near: it may start anywhere in its topology.
        var isFirst = wanted.Count == 0 && pod.Affinity.All(term => term.Matches(pod, snapshot));
        return node => Check(pod, node, forbiddenByOthers, forbidden, wanted, isFirst);
    }

    private static FilterResult Check(
        SchedulingPod pod,
        SchedulingNode node,
        HashSet<(string, string)> forbiddenByOthers,
        HashSet<(string, string)> forbidden,
        Dictionary<(string, string), int> wanted,
        bool isFirst)
    {
        foreach (var term in pod.Affinity)
        {
            if (!node.Labels.TryGetValue(term.TopologyKey, out var value) || (!isFirst && !wanted.ContainsKey((term.TopologyKey, value))))
            {
                return FilterResult.Never("node(s) didn't match pod affinity rules");
            }
        }

        if (forbidden.Any(domain => IsIn(node, domain)))
        {
            return FilterResult.NotNow("node(s) didn't match pod anti-affinity rules");
        }

        return forbiddenByOthers.Any(domain => IsIn(node, domain))
            ? FilterResult.NotNow("node(s) didn't satisfy existing pods anti-affinity rules")
            : FilterResult.Fits;
    }

    private static void Gather(IEnumerable<AffinityTerm> terms, SchedulingNode node, HashSet<(string, string)> domains)
    {
        foreach (var term in terms)
        {
            if (node.Labels.TryGetValue(term.TopologyKey, out var value))
            {
                domains.Add((term.TopologyKey, value));
            }
        }
    }

    private static bool IsIn(SchedulingNode node, (string Key, string Value) domain) => node.Labels.TryGetValue(domain.Key, out var value) && value == domain.Value;
}
