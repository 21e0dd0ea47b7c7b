namespace Orchestrator.Agent.Cri;

/// <summary>By what the agent knows its sandboxes and containers again. Upstream's names: pkg/kubelet/types/labels.go, so that its tools find them too.</summary>
internal static class CriLabels
{
    public const string PodName = "io.kubernetes.pod.name";
    public const string PodNamespace = "io.kubernetes.pod.namespace";
    public const string PodUid = "io.kubernetes.pod.uid";

    /// <summary>The state directory of the agent that made it: on a runtime that serves others too, an agent neither sees nor ends what is theirs.</summary>
    public const string Owner = "orchestrator.io/agent";

    public const string ContainerName = "io.kubernetes.container.name";

    /// <summary>Annotation: of what definition the container was made.</summary>
    public const string Hash = "io.kubernetes.container.hash";

    /// <summary>Annotation: how often the container was started before.</summary>
    public const string RestartCount = "io.kubernetes.container.restartCount";

    /// <summary>Annotation: the file of the host that holds the container's last words.</summary>
    public const string TerminationMessageFile = "orchestrator.io/termination-message-file";

    /// <summary>Annotation: whether the log stands in for missing last words.</summary>
    public const string TerminationMessagePolicy = "io.kubernetes.container.terminationMessagePolicy";

    /// <summary>Annotation: seconds that the pod has to end, for a pod that is known from the runtime alone.</summary>
    public const string GracePeriod = "io.kubernetes.pod.terminationGracePeriod";

    /// <summary>Annotation: how many failures in a row came before this container; tells how long its successor waits.</summary>
    public const string BackOffStep = "orchestrator.io/back-off-step";
}
