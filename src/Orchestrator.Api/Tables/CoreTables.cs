using System.Globalization;
using static Orchestrator.Api.Tables.KindTable;

namespace Orchestrator.Api.Tables;

/// <summary>The smaller kinds of the core group.</summary>
internal static class CoreTables
{
    internal static readonly KindTable ConfigMaps = new(
        [Name, Text("Data", "How many entries there are."), Age],
        o => [o.Name, o.Count("data") + o.Count("binaryData"), o.Age]);

    internal static readonly KindTable Secrets = new(
        [Name, Text("Type", "What the secret is used for."), Text("Data", "How many entries there are."), Age],
        o => [o.Name, o.Text("type"), o.Count("data"), o.Age]);

    internal static readonly KindTable ServiceAccounts = new([Name, Age], o => [o.Name, o.Age]);

    internal static readonly KindTable Namespaces = new(
        [Name, Text("Status", "The status of the namespace"), Age],
        o => [o.Name, o.Text("status.phase"), o.Age]);

    internal static readonly KindTable PodTemplates = new(
        [
            Name, Text("Containers", "Names of each container in the template."), Text("Images", "Images referenced by each container in the template."),
            Text("Pod Labels", "The labels for the pod template."),
        ],
        o => [o.Name, o.Containers("template.spec"), o.Images("template.spec"), o.Labels("template.metadata.labels")]);

    internal static readonly KindTable ResourceQuotas = new(
        [Name, Text("Request", "What is requested and may be."), Text("Limit", "What limits amount to and may."), Age],
        o => [o.Name, Quota(o, limits: false), Quota(o, limits: true), o.Age]);

    internal static readonly KindTable Events = new(
        [
            Text("Last Seen", "When the event happened last."), Text("Type", "Normal or Warning."), Text("Reason", "Why, in one word."),
            Text("Object", "What the event is about."), Wide("Subobject", "Which part of it."), Wide("Source", "Who reports it."),
            Text("Message", "What happened."), Wide("First Seen", "When the event happened first."), Wide("Count", "How often it happened."),
            Name with { Priority = 1 },
        ],
        Event);

    internal static readonly KindTable Nodes = new(
        [
            Name, Text("Status", "The status of the node"), Text("Roles", "The roles of the node"), Age, Text("Version", "The kubelet's version."),
            Wide("Internal-IP", "The node's address inside the cluster."), Wide("External-IP", "The node's address outside the cluster."),
            Wide("OS-Image", "The operating system."), Wide("Kernel-Version", "The kernel."), Wide("Container-Runtime", "The container runtime."),
        ],
        o =>
        [
            o.Name, NodeStatus(o), Roles(o), o.Age, o.Text("status.nodeInfo.kubeletVersion"), Address(o, "InternalIP"), Address(o, "ExternalIP"),
            o.Text("status.nodeInfo.osImage", PrintedObject.Unknown), o.Text("status.nodeInfo.kernelVersion", PrintedObject.Unknown),
            o.Text("status.nodeInfo.containerRuntimeVersion", PrintedObject.Unknown),
        ]);

    internal static readonly KindTable ComponentStatuses = new(
        [Name, Text("Status", "Status of the component conditions"), Text("Message", "Message of the component conditions"), Text("Error", "Error of the component conditions")],
        o =>
        [
            o.Name, o.Condition("Healthy", "conditions") switch { "True" => "Healthy", "False" => "Unhealthy", _ => "Unknown" },
            ComponentText(o, "message"), ComponentText(o, "error"),
        ]);

    internal static readonly KindTable ApiServices = new(
        [
            Name, Text("Service", "The reference to the service that hosts this API endpoint."), Text("Available", "Whether this service is available."), Age,
        ],
        o =>
        [
            o.Name, o.Has("spec.service") ? o.Text("spec.service.namespace") + "/" + o.Text("spec.service.name") : "Local", Available(o), o.Age,
        ]);

    private static object?[] Event(PrintedObject o)
    {
        var involved = o.Has("involvedObject") ? "involvedObject." : "regarding.";
        var first = Moment(o, "firstTimestamp", "deprecatedFirstTimestamp", "eventTime");
        var last = o.Has("series") ? Moment(o, "series.lastObservedTime")
            : Moment(o, "lastTimestamp", "deprecatedLastTimestamp", "firstTimestamp", "deprecatedFirstTimestamp", "eventTime");
        var count = o.Has("series") ? o.Number("series.count") : Math.Max(o.Number("count"), o.Number("deprecatedCount"));
        var name = o.Text(involved + "name");
        var kind = o.Text(involved + "kind").ToLowerInvariant();
        return
        [
            last, o.Text("type"), o.Text("reason"), name.Length > 0 ? kind + "/" + name : kind, o.Text(involved + "fieldPath"), Source(o),
            o.Text("message", o.Text("note")).Trim(), first, count == 0 ? 1 : count, o.Name,
        ];
    }

    private static string Moment(PrintedObject o, params string[] paths) =>
        paths.FirstOrDefault(path => o.Time(path) is not null) is { } found ? o.Since(found) : PrintedObject.Unknown;

    private static string Source(PrintedObject o)
    {
        var component = FirstText(o, "source.component", "deprecatedSource.component", "reportingComponent", "reportingController");
        var instance = FirstText(o, "source.host", "deprecatedSource.host", "reportingInstance");
        return instance.Length == 0 ? component : component + ", " + instance;
    }

    private static string FirstText(PrintedObject o, params string[] paths) => paths.Select(path => o.Text(path)).FirstOrDefault(text => text.Length > 0, "");

    private static string NodeStatus(PrintedObject node)
    {
        var status = node.Condition("Ready") switch
        {
            "" => "Unknown",
            "True" => "Ready",
            _ => "NotReady",
        };
        return node.Flag("spec.unschedulable") ? status + ",SchedulingDisabled" : status;
    }

    private static string ComponentText(PrintedObject component, string field) =>
        component.Items("conditions").Where(condition => condition.Text("type") == "Healthy").Select(condition => condition.Text(field)).FirstOrDefault("");

    /// <remarks>Upstream: printAPIService of kube-aggregator tells a reason beside a condition that is not met.</remarks>
    private static string Available(PrintedObject service)
    {
        foreach (var condition in service.Items("status.conditions").Where(condition => condition.Text("type") == "Available"))
        {
            var status = condition.Text("status");
            return status == "True" ? status : $"{status} ({condition.Text("reason")})";
        }

        return "Unknown";
    }

    private static string Roles(PrintedObject node)
    {
        const string prefix = "node-role.kubernetes.io/";
        var roles = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (key, value) in node.Entries("metadata.labels"))
        {
            var role = key.StartsWith(prefix, StringComparison.Ordinal) ? key[prefix.Length..] : key == "kubernetes.io/role" ? value : "";
            if (role.Length > 0)
            {
                roles.Add(role);
            }
        }

        return roles.Count == 0 ? PrintedObject.None : string.Join(',', roles);
    }

    private static string Address(PrintedObject node, string type) =>
        node.Items("status.addresses").Where(address => address.Text("type") == type).Select(address => address.Text("address")).FirstOrDefault(PrintedObject.None);

    private static string Quota(PrintedObject quota, bool limits)
    {
        var used = quota.Entries("status.used").ToDictionary();
        return string.Join(", ", quota.Entries("status.hard")
            .Where(hard => hard.Key.StartsWith("limits", StringComparison.Ordinal) == limits)
            .OrderBy(hard => hard.Key, StringComparer.Ordinal)
            .Select(hard => string.Create(CultureInfo.InvariantCulture, $"{hard.Key}: {used.GetValueOrDefault(hard.Key, "0")}/{hard.Value}")));
    }
}
