using Orchestrator.Scheduling.Snapshots;

namespace Orchestrator.Scheduling.Scores;

/// <summary>Prefers nodes that have the pod's images already, the more the larger these are and the more nodes have them.</summary>
/// <remarks>Upstream: ImageLocality.</remarks>
internal sealed class ImageLocality : IScore
{
    private const long MinThreshold = 23L * 1024 * 1024;
    private const long MaxContainerThreshold = 1000L * 1024 * 1024;

    public string Name => nameof(ImageLocality);

    public int Weight => 1;

    public long[] Score(SchedulingPod pod, Snapshot snapshot, IReadOnlyList<SchedulingNode> feasible)
    {
        var images = (pod.Pod.Spec.InitContainers ?? []).Concat(pod.Pod.Spec.Containers ?? []).Select(container => FullName(container.Image ?? "")).ToList();
        var spread = images.Distinct().ToDictionary(image => image, image => snapshot.Nodes.Count(node => node.Images.ContainsKey(image)));
        var total = Math.Max(1, snapshot.Nodes.Count);
        return [.. feasible.Select(node => Scaled(
            images.Sum(image => node.Images.TryGetValue(image, out var size) ? (long)(size * ((double)spread[image] / total)) : 0), images.Count))];
    }

    private static long Scaled(long sum, int containers)
    {
        var highest = MaxContainerThreshold * containers;
        return Normalized.MaxNodeScore * (Math.Clamp(sum, MinThreshold, highest) - MinThreshold) / (highest - MinThreshold);
    }

    private static string FullName(string image) => image.LastIndexOf(':') <= image.LastIndexOf('/') ? image + ":latest" : image;
}
