using k8s.Models;

namespace Orchestrator.Agent.Pods;

/// <summary>Ephemeral containers: added to a running pod to look into it, started once, never again. Pure.</summary>
/// <remarks>Upstream: EphemeralContainerCommon, which has every field of a container; the API refuses those that would promise something.</remarks>
internal static class DebugContainers
{
    /// <summary>An ephemeral container as the container that is started for it.</summary>
    public static V1Container AsContainer(V1EphemeralContainer container) => new()
    {
        Name = container.Name,
        Image = container.Image,
        ImagePullPolicy = container.ImagePullPolicy,
        Command = container.Command,
        Args = container.Args,
        WorkingDir = container.WorkingDir,
        Env = container.Env,
        EnvFrom = container.EnvFrom,
        VolumeMounts = container.VolumeMounts,
        VolumeDevices = container.VolumeDevices,
        SecurityContext = container.SecurityContext,
        Stdin = container.Stdin,
        StdinOnce = container.StdinOnce,
        Tty = container.Tty,
        TerminationMessagePath = container.TerminationMessagePath,
        TerminationMessagePolicy = container.TerminationMessagePolicy,
    };

    /// <summary>The container whose processes it sees; null: its own alone, or all of the pod.</summary>
    public static string? TargetOf(V1Pod pod, string name) =>
        pod.Spec.EphemeralContainers?.FirstOrDefault(container => container.Name == name)?.TargetContainerName is { Length: > 0 } target ? target : null;
}
