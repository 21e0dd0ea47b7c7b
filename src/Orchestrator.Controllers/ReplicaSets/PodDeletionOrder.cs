using k8s.Models;
using Orchestrator.Controllers.Objects;

namespace Orchestrator.Controllers.ReplicaSets;

/// <summary>Which of a replica set's pods go first when it shrinks: the ones whose loss hurts least.</summary>
/// <remarks>Upstream: ActivePodsWithRanks in controller_utils.go, with ages compared on a logarithmic scale so that which of the old pods goes is even.</remarks>
/// <param name="now">The time that ages are measured at.</param>
/// <param name="relatedOnNode">How many active pods of the same workload a node runs, by node name.</param>
internal sealed class PodDeletionOrder(DateTimeOffset now, IReadOnlyDictionary<string, int> relatedOnNode) : IComparer<Typed<V1Pod>>
{
    private const string DeletionCost = "controller.kubernetes.io/pod-deletion-cost";

    public int Compare(Typed<V1Pod>? x, Typed<V1Pod>? y)
    {
        var (left, right) = (x!.Value, y!.Value);
        return FirstDifference(
            Assigned(left).CompareTo(Assigned(right)),
            Phase(left).CompareTo(Phase(right)),
            Pods.IsReady(left).CompareTo(Pods.IsReady(right)),
            Cost(left).CompareTo(Cost(right)),
            Related(right).CompareTo(Related(left)),
            Younger(Pods.ReadySince(left), Pods.ReadySince(right), left, right),
            Pods.Restarts(right).CompareTo(Pods.Restarts(left)),
            Younger(left.Metadata.CreationTimestamp.Instant(), right.Metadata.CreationTimestamp.Instant(), left, right),
            string.CompareOrdinal(left.Metadata.Uid, right.Metadata.Uid));
    }

    private static int FirstDifference(params ReadOnlySpan<int> comparisons)
    {
        foreach (var comparison in comparisons)
        {
            if (comparison != 0)
            {
                return comparison;
            }
        }

        return 0;
    }

    private static bool Assigned(V1Pod pod) => !string.IsNullOrEmpty(pod.Spec?.NodeName);

    private static int Phase(V1Pod pod) => pod.Status?.Phase switch
    {
        "Running" => 2,
        "Unknown" => 1,
        _ => 0,
    };

    private static int Cost(V1Pod pod) => int.TryParse(LabelSelectors.Value(pod.Metadata.Annotations, DeletionCost), out var cost) ? cost : 0;

    private int Related(V1Pod pod) => pod.Spec?.NodeName is { Length: > 0 } node ? relatedOnNode.GetValueOrDefault(node) : 0;

    // The younger first; ages in the same power of two count as equal and the uid decides, which spreads deletions over old pods.
    private int Younger(DateTimeOffset? left, DateTimeOffset? right, V1Pod leftPod, V1Pod rightPod)
    {
        if (left is null || right is null || left == right)
        {
            return left == right ? 0 : left is null ? -1 : 1;
        }

        var ages = Bucket(now - left.Value).CompareTo(Bucket(now - right.Value));
        return ages != 0 ? ages : string.CompareOrdinal(leftPod.Metadata.Uid, rightPod.Metadata.Uid);
    }

    private static int Bucket(TimeSpan age) => age > TimeSpan.Zero ? (int)Math.Log2(age.TotalNanoseconds) : -1;
}
