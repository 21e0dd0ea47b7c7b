using Orchestrator.Api.Machinery;

namespace Orchestrator.Gateway.Subresources;

/// <summary>Which container a stream is about, and whether it has a log. Upstream's messages: users and tools search for them.</summary>
/// <remarks>Upstream: registry/core/pod/strategy.go (validateContainer), kubelet_pods.go (validateContainerLogStatus).</remarks>
internal static class ContainerChoice
{
    /// <summary>The container that is meant: the one named, or the only one.</summary>
    public static (string Container, ApiStatus? Fault) Choose(PodView pod, string wanted)
    {
        if (wanted.Length > 0)
        {
            return pod.Containers.Contains(wanted) || pod.InitContainers.Contains(wanted) || pod.EphemeralContainers.Contains(wanted)
                ? (wanted, null)
                : ("", Statuses.BadRequest($"container {wanted} is not valid for pod {pod.Name}"));
        }

        if (pod.Containers.Count == 1)
        {
            return (pod.Containers[0], null);
        }

        var message = $"a container name must be specified for pod {pod.Name}";
        if (pod.Containers.Count > 0)
        {
            message += $", choose one of: {List(pod.Containers)}";
            message += pod.InitContainers.Count > 0 ? $" or one of the init containers: {List(pod.InitContainers)}" : "";
        }

        return ("", Statuses.BadRequest(message));
    }

    /// <summary>Null when the container has a log to read, or had one and the node knows more.</summary>
    public static ApiStatus? LogFault(PodView pod, string container, bool previous)
    {
        var subject = $"container \"{container}\" in pod \"{pod.Name}\"";
        if (!pod.States.TryGetValue(container, out var state))
        {
            return Statuses.BadRequest(subject + " is not available");
        }

        if (previous)
        {
            return state.HasPrevious ? null : Statuses.BadRequest("previous terminated " + subject + " not found");
        }

        if (state.IsRunning || state.IsTerminated || state.HasPrevious)
        {
            return null;
        }

        return Statuses.BadRequest(subject + " is waiting to start" + (state.IsWaiting, state.WaitingReason) switch
        {
            (false, _) => " - no logs yet",
            (_, "ErrImagePull") => ": image can't be pulled",
            (_, "ImagePullBackOff") => ": trying and failing to pull image",
            (_, var reason) => ": " + reason,
        });
    }

    private static string List(IEnumerable<string> names) => "[" + string.Join(' ', names) + "]";
}
