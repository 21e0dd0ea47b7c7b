using System.Globalization;
using static Orchestrator.Api.Tables.KindTable;

namespace Orchestrator.Api.Tables;

/// <summary>The kinds that keep pods running: Deployments and their relatives.</summary>
internal static class AppsTables
{
    private const string Template = "spec.template.spec";

    internal static readonly KindTable Deployments = new(
        [
            Name, Text("Ready", "Number of the pod with ready state"), Text("Up-to-date", "Pods of the wanted template."),
            Text("Available", "Pods that have been ready for long enough."), Age, .. WideContainers,
        ],
        o =>
        [
            o.Name, Of(o.Number("status.readyReplicas"), o.Number("spec.replicas")), o.Number("status.updatedReplicas"),
            o.Number("status.availableReplicas"), o.Age, o.Containers(Template), o.Images(Template), o.Selector("spec.selector"),
        ]);

    internal static readonly KindTable ReplicaSets = Replicas(o => o.Selector("spec.selector"));

    internal static readonly KindTable ReplicationControllers = Replicas(o => o.Labels("spec.selector"));

    internal static readonly KindTable StatefulSets = new(
        [Name, Text("Ready", "Number of the pod with ready state"), Age, .. WideContainers[..2]],
        o => [o.Name, Of(o.Number("status.readyReplicas"), o.Number("spec.replicas")), o.Age, o.Containers(Template), o.Images(Template)]);

    internal static readonly KindTable DaemonSets = new(
        [
            Name, Integer("Desired", "Nodes that should run the pod."), Integer("Current", "Nodes that run it."), Integer("Ready", "Nodes where it is ready."),
            Integer("Up-to-date", "Nodes that run the wanted template."), Integer("Available", "Nodes where it has been ready for long enough."),
            Text("Node Selector", "The labels that a node must have."), Age, .. WideContainers,
        ],
        o =>
        [
            o.Name, o.Number("status.desiredNumberScheduled"), o.Number("status.currentNumberScheduled"), o.Number("status.numberReady"),
            o.Number("status.updatedNumberScheduled"), o.Number("status.numberAvailable"), o.Labels(Template + ".nodeSelector"), o.Age,
            o.Containers(Template), o.Images(Template), o.Selector("spec.selector"),
        ]);

    internal static readonly KindTable ControllerRevisions = new(
        [Name, Text("Controller", "Controller of the object"), Text("Revision", "The revision's number."), Age],
        o => [o.Name, Controller(o), o.Number("revision"), o.Age]);

    internal static readonly KindTable Jobs = new(
        [
            Name, Text("Status", "Status of the job."), Text("Completions", "Pods that succeeded, of those wanted."), Text("Duration", "Time required to complete the job."),
            Age, .. WideContainers,
        ],
        o => [o.Name, JobStatus(o), Completions(o), Duration(o), o.Age, o.Containers(Template), o.Images(Template), o.Selector("spec.selector")]);

    internal static readonly KindTable CronJobs = new(
        [
            Name, Text("Schedule", "When, in cron's format."), Text("Timezone", "The time zone of the schedule."), Flag("Suspend", "True: nothing is started."),
            Integer("Active", "Jobs that run now."), Text("Last Schedule", "When a job was started last."), Age, .. WideContainers,
        ],
        o =>
        [
            o.Name, o.Text("spec.schedule"), o.Text("spec.timeZone", PrintedObject.None),
            o.Has("spec.suspend") ? o.Flag("spec.suspend") ? "True" : "False" : PrintedObject.Unset, o.Count("status.active"),
            o.Has("status.lastScheduleTime") ? o.Since("status.lastScheduleTime") : PrintedObject.None, o.Age,
            o.Containers("spec.jobTemplate." + Template), o.Images("spec.jobTemplate." + Template), o.Selector("spec.jobTemplate.spec.selector"),
        ]);

    private static KindTable Replicas(Func<PrintedObject, string> selector) => new(
        [
            Name, Integer("Desired", "Pods that should be there."), Integer("Current", "Pods that are there."), Integer("Ready", "Pods that are ready."),
            Age, .. WideContainers,
        ],
        o =>
        [
            o.Name, o.Number("spec.replicas"), o.Number("status.replicas"), o.Number("status.readyReplicas"), o.Age,
            o.Containers(Template), o.Images(Template), selector(o),
        ]);

    private static string Of(long part, long whole) => string.Create(CultureInfo.InvariantCulture, $"{part}/{whole}");

    private static string Controller(PrintedObject o)
    {
        foreach (var owner in o.Items("metadata.ownerReferences").Where(owner => owner.Flag("controller")))
        {
            var version = owner.Text("apiVersion");
            var group = version.Contains('/', StringComparison.Ordinal) ? "." + version[..version.IndexOf('/', StringComparison.Ordinal)] : "";
            return (owner.Text("kind") + group).ToLowerInvariant() + "/" + owner.Text("name");
        }

        return PrintedObject.None;
    }

    private static string JobStatus(PrintedObject job)
    {
        bool Is(string condition) => job.Condition(condition) == "True";
        return Is("Complete") ? "Complete"
            : Is("Failed") ? "Failed"
            : job.Has("metadata.deletionTimestamp") ? "Terminating"
            : Is("Suspended") ? "Suspended"
            : Is("FailureTarget") ? "FailureTarget"
            : Is("SuccessCriteriaMet") ? "SuccessCriteriaMet"
            : "Running";
    }

    private static string Completions(PrintedObject job)
    {
        var succeeded = job.Number("status.succeeded");
        if (job.Has("spec.completions"))
        {
            return Of(succeeded, job.Number("spec.completions"));
        }

        var parallelism = job.Number("spec.parallelism");
        return parallelism > 1 ? string.Create(CultureInfo.InvariantCulture, $"{succeeded}/1 of {parallelism}") : Of(succeeded, 1);
    }

    private static string Duration(PrintedObject job)
    {
        if (job.Time("status.startTime") is not { } start)
        {
            return "";
        }

        return job.Time("status.completionTime") is { } end ? HumanDuration.Format(end - start) : job.Since(start);
    }
}
