using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Grains.Events;
using Orchestrator.Grains.Objects;
using Orchestrator.Scheduling;
using Orchestrator.Scheduling.Snapshots;
using Orleans.Concurrency;

namespace Orchestrator.Grains.Scheduling;

/// <summary>What the scheduler writes: bindings, why a pod found no node, and the end of those that make room.</summary>
internal sealed class SchedulingWrites(IGrainFactory grains, EventRecorder events, TimeProvider clock)
{
    private const string Component = "default-scheduler";

    private static readonly WriteCall Call = new()
    {
        User = "system:kube-scheduler",
        Groups = ["system:authenticated"],
        FieldManager = "kube-scheduler",
        Version = "v1",
    };

    /// <summary>Binds a pod to its node and says so.</summary>
    /// <returns>Why it could not be bound; null when it was.</returns>
    public async Task<string?> BindAsync(SchedulingPod pod, string node, CancellationToken cancellationToken)
    {
        var binding = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Binding",
            ["metadata"] = new JsonObject { ["name"] = pod.Key.Name, ["namespace"] = pod.Key.Namespace, ["uid"] = pod.Uid },
            ["target"] = new JsonObject { ["kind"] = "Node", ["name"] = node },
        };
        var reply = await GrainOf(pod.Key).UpdateAsync(Serialize(binding), Call with { Subresource = "binding" }, cancellationToken);
        if (reply.Failure is { } failure)
        {
            return StatusDocuments.Message(failure);
        }

        Tell(pod.Key, pod.Uid, "Normal", "Scheduled", $"Successfully assigned {pod.Key.Namespace}/{pod.Key.Name} to {node}");
        return null;
    }

    /// <summary>Says why a pod found no node, in its condition and in an Event, and evicts those that make room for it.</summary>
    /// <returns>Why the condition could not be written; null when it was.</returns>
    public async Task<string?> ReportUnschedulableAsync(SchedulingPod pod, SchedulingDecision decision, CancellationToken cancellationToken)
    {
        Tell(pod.Key, pod.Uid, "Warning", "FailedScheduling", decision.Message);
        foreach (var victim in decision.Victims)
        {
            await PreemptAsync(pod, victim, decision.NominatedNode ?? "", cancellationToken);
        }

        var before = pod.Pod.Status?.Conditions?.FirstOrDefault(condition => condition.Type == "PodScheduled");
        var nominated = pod.Pod.Status?.NominatedNodeName ?? "";
        if (before is { Status: "False", Reason: "Unschedulable" } && before.Message == decision.Message && nominated == (decision.NominatedNode ?? nominated))
        {
            return null;
        }

        var condition = new JsonObject
        {
            ["type"] = "PodScheduled",
            ["status"] = "False",
            ["reason"] = "Unschedulable",
            ["message"] = decision.Message,
        };
        if (before?.Status != "False")
        {
            condition["lastTransitionTime"] = Time(clock.GetUtcNow());
        }

        var status = new JsonObject { ["conditions"] = new JsonArray(condition) };
        if (decision.NominatedNode is { } node)
        {
            status["nominatedNodeName"] = node;
        }

        return await PatchStatusAsync(pod.Key, pod.Uid, status, cancellationToken);
    }

    private async Task PreemptAsync(SchedulingPod pod, PreemptionVictim victim, string node, CancellationToken cancellationToken)
    {
        var condition = new JsonObject
        {
            ["type"] = "DisruptionTarget",
            ["status"] = "True",
            ["reason"] = "PreemptionByScheduler",
            ["message"] = "default-scheduler: preempting to accommodate a higher priority pod",
            ["lastTransitionTime"] = Time(clock.GetUtcNow()),
        };

        // A victim that is gone meanwhile made room as well; one that could not be reached is found again at the next attempt.
        await PatchStatusAsync(victim.Pod, victim.Uid, new JsonObject { ["conditions"] = new JsonArray(condition) }, cancellationToken);
        await GrainOf(victim.Pod).DeleteAsync(new DeleteCall { Uid = victim.Uid }, Call, cancellationToken);
        Tell(victim.Pod, victim.Uid, "Normal", "Preempted", $"Preempted by pod {pod.Uid} on node {node}");
    }

    private async Task<string?> PatchStatusAsync(ObjectKey key, string uid, JsonObject status, CancellationToken cancellationToken)
    {
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["uid"] = uid }, ["status"] = status };
        var reply = await GrainOf(key).PatchAsync(
            (int)PatchFormat.StrategicMerge, Serialize(patch), Call with { Subresource = "status" }, cancellationToken);
        return reply.Failure is { } failure && StatusDocuments.Code(failure) != 404 ? StatusDocuments.Message(failure) : null;
    }

    private void Tell(ObjectKey pod, string uid, string type, string reason, string message) => events.Record(new Happening
    {
        Component = Component,
        User = Call.User,
        About = pod,
        Kind = "Pod",
        ApiVersion = "v1",
        Uid = uid,
        Type = type,
        Reason = reason,
        Message = message,
    });

    private IObjectGrain GrainOf(ObjectKey key) => grains.GetObject(key);

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static Immutable<byte[]> Serialize(JsonObject document) => new(JsonSerializer.SerializeToUtf8Bytes(document));
}
