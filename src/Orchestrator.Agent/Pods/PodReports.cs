using k8s;
using k8s.Models;
using Google.Protobuf;
using Orchestrator.Agent.Connection;
using Orchestrator.AgentProtocol;

namespace Orchestrator.Agent.Pods;

/// <summary>What one pod's worker tells the control plane: status when it changed, events, and the end.</summary>
internal sealed class PodReports(Outbox outbox, string ns, string name, string uid)
{
    /// <summary>Upstream's bound of an event's message.</summary>
    private const int LongestMessage = 1024;

    private string _lastStatus = "";

    /// <summary>Reports a status, unless it is the one reported last.</summary>
    public void Status(V1PodStatus status)
    {
        var json = KubernetesJson.Serialize(status);
        if (json == _lastStatus)
        {
            return;
        }

        _lastStatus = json;
        outbox.Report(new PodReport { Namespace = ns, Name = name, Uid = uid, StatusJson = ByteString.CopyFromUtf8(json) });
    }

    /// <summary>Nothing of the pod is left.</summary>
    public void Gone() => outbox.Gone(new PodGone { Namespace = ns, Name = name, Uid = uid });

    /// <summary>No more status of this pod is owed to anyone.</summary>
    public void Forget() => outbox.Forget(uid);

    public void Normal(string reason, string message, string fieldPath = "") => Event("Normal", reason, message, fieldPath);

    public void Warning(string reason, string message, string fieldPath = "") => Event("Warning", reason, message, fieldPath);

    /// <summary>How an event points at a container.</summary>
    public static string PathOf(V1Pod pod, string container) =>
        PodSpecs.IsInit(pod, container) ? $"spec.initContainers{{{container}}}"
        : PodSpecs.IsEphemeral(pod, container) ? $"spec.ephemeralContainers{{{container}}}"
        : $"spec.containers{{{container}}}";

    private void Event(string type, string reason, string message, string fieldPath) => outbox.Event(new EventReport
    {
        Namespace = ns,
        Kind = "Pod",
        ApiVersion = "v1",
        Name = name,
        Uid = uid,
        FieldPath = fieldPath,
        Type = type,
        Reason = reason,
        Message = message.Length <= LongestMessage ? message : message[..LongestMessage],
    });
}
