using k8s.Models;

namespace Orchestrator.Scheduling.Snapshots;

/// <summary>One term of pod affinity or anti-affinity, with the namespaces that it looks at worked out.</summary>
/// <param name="Term">The term.</param>
/// <param name="Weight">Its weight; zero for a required one.</param>
/// <param name="Namespaces">The namespaces by name; the pod's own when the term names none.</param>
internal sealed record AffinityTerm(V1PodAffinityTerm Term, int Weight, IReadOnlySet<string> Namespaces)
{
    public string TopologyKey => Term.TopologyKey;

    public static IReadOnlyList<AffinityTerm> All(SchedulingPod owner, IList<V1PodAffinityTerm>? terms) =>
        [.. (terms ?? []).Select(term => Of(owner, term, 0))];

    public static IReadOnlyList<AffinityTerm> All(SchedulingPod owner, IList<V1WeightedPodAffinityTerm>? terms) =>
        [.. (terms ?? []).Where(term => term.Weight != 0).Select(term => Of(owner, term.PodAffinityTerm, term.Weight))];

    public bool Matches(SchedulingPod pod, Snapshot snapshot) =>
        (Namespaces.Contains(pod.Key.Namespace) || NamespaceMatches(pod.Key.Namespace, snapshot)) && Labels.Matches(Term.LabelSelector, pod.Labels);

    private bool NamespaceMatches(string name, Snapshot snapshot) =>
        Term.NamespaceSelector is { } selector && Labels.Matches(selector, snapshot.NamespaceLabels(name));

    private static AffinityTerm Of(SchedulingPod owner, V1PodAffinityTerm term, int weight)
    {
        var names = term.Namespaces is { Count: > 0 } ? term.Namespaces : term.NamespaceSelector is null ? [owner.Key.Namespace] : [];
        return new AffinityTerm(term, weight, names.ToHashSet());
    }
}
