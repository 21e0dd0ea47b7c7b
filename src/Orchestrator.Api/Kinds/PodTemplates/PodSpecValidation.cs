using System.Text.Json.Nodes;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Kinds.PodTemplates;

/// <summary>The rules of a pod's spec, in a Pod and in every workload's template alike.</summary>
/// <remarks>Upstream: ValidatePodSpec and ValidatePodTemplateSpec. Faults come in upstream's order.</remarks>
internal static class PodSpecValidation
{
    private static readonly string[] DnsPolicies = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];

    /// <summary>Validates a template: its labels, annotations and spec.</summary>
    public static void ValidateTemplate(JsonObject? template, string path, Faults faults)
    {
        var metadata = template.Object("metadata");
        Selectors.ValidateLabels(metadata.Object("labels"), path + ".labels", faults);
        foreach (var (key, _) in metadata.Object("annotations") ?? [])
        {
            faults.Invalid(path + ".annotations", key, ObjectNames.QualifiedNameErrors(key.ToLowerInvariant()));
        }

        var spec = template.Object("spec") ?? [];
        Validate(spec, path + ".spec", isTemplate: true, faults);
        if (spec.Array("ephemeralContainers") is { Count: > 0 })
        {
            faults.Forbidden(path + ".spec.ephemeralContainers", "ephemeral containers not allowed in pod template");
        }
    }

    /// <summary>Validates a spec.</summary>
    public static void Validate(JsonObject spec, string path, bool isTemplate, Faults faults)
    {
        var volumes = VolumeValidation.Validate(spec, path + ".volumes", faults);
        var scope = new PodScope(volumes, isTemplate);
        ContainerValidation.ValidateContainers(spec, path + ".containers", scope, faults);
        ContainerValidation.ValidateInitContainers(spec, path + ".initContainers", scope, faults);
        ContainerValidation.ValidateEphemeralContainers(spec, path + ".ephemeralContainers", scope, faults);
        ResourceValidation.Validate(spec.Object("resources"), path + ".resources", faults);
        faults.OneOf(path + ".restartPolicy", spec.Text("restartPolicy"), "Always", "OnFailure", "Never");
        faults.OneOf(path + ".dnsPolicy", spec.Text("dnsPolicy"), DnsPolicies);
        Selectors.ValidateLabels(spec.Object("nodeSelector"), path + ".nodeSelector", faults);
        if (spec.Flag("hostNetwork"))
        {
            PortValidation.ValidateHostNetwork(spec, path + ".containers", isTemplate, faults);
        }

        SecurityContextValidation.ValidatePod(spec.Object("securityContext"), path + ".securityContext", faults);
        ValidateSharing(spec, path, faults);
        AffinityValidation.Validate(spec.Object("affinity"), path + ".affinity", faults);
        ValidateDnsConfig(spec, path, faults);
        ValidateReadinessGates(spec, path + ".readinessGates", faults);
        SchedulingValidation.ValidateGates(spec, path + ".schedulingGates", faults);
        SchedulingValidation.ValidateSpread(spec, path + ".topologySpreadConstraints", faults);
        ValidateNames(spec, path, faults);
        SchedulingValidation.ValidateTolerations(spec, path + ".tolerations", faults);
        ValidateHostAliases(spec, path + ".hostAliases", faults);
        faults.OneOfIfSet(path + ".preemptionPolicy", spec.Text("preemptionPolicy"), EnumTypes.PreemptionPolicy);
        faults.OneOfIfSet(path + ".os.name", spec.Object("os").Text("name"), "linux", "windows");
    }

    private static void ValidateSharing(JsonObject spec, string path, Faults faults)
    {
        if (spec.Flag("shareProcessNamespace") && spec.Flag("hostPID"))
        {
            faults.Invalid(path + ".shareProcessNamespace", true, "ShareProcessNamespace and HostPID cannot both be enabled");
        }
    }

    private static void ValidateDnsConfig(JsonObject spec, string path, Faults faults)
    {
        var servers = spec.Object("dnsConfig").Texts("nameservers").ToList();
        if (spec.Text("dnsPolicy") == "None")
        {
            if (spec.Object("dnsConfig") is null)
            {
                faults.Required(path + ".dnsConfig", "must provide `dnsConfig` when `dnsPolicy` is None");
            }
            else if (servers.Count == 0)
            {
                faults.Required(path + ".dnsConfig.nameservers", "must provide at least one DNS nameserver when `dnsPolicy` is None");
            }
        }

        if (servers.Count > 3)
        {
            faults.Invalid(path + ".dnsConfig.nameservers", spec.Object("dnsConfig").Array("nameservers"), "must not have more than 3 nameservers");
        }

        for (var i = 0; i < servers.Count; i++)
        {
            faults.Invalid($"{path}.dnsConfig.nameservers[{i}]", servers[i], Formats.IpAddress(servers[i]));
        }
    }

    private static void ValidateReadinessGates(JsonObject spec, string path, Faults faults)
    {
        var gates = spec.Items("readinessGates").ToList();
        for (var i = 0; i < gates.Count; i++)
        {
            var type = gates[i].Text("conditionType");
            faults.Invalid($"{path}[{i}].conditionType", type, ObjectNames.QualifiedNameErrors(type));
        }
    }

    private static void ValidateNames(JsonObject spec, string path, Faults faults)
    {
        ValidateName(spec, "serviceAccountName", ObjectNames.DnsSubdomainErrors, path, faults);
        ValidateName(spec, "nodeName", ObjectNames.DnsSubdomainErrors, path, faults);
        if (spec.Integer("activeDeadlineSeconds") is { } deadline && deadline is < 1 or > int.MaxValue)
        {
            faults.Invalid(path + ".activeDeadlineSeconds", deadline, "must be between 1 and 2147483647, inclusive");
        }

        ValidateName(spec, "hostname", ObjectNames.DnsLabelErrors, path, faults);
        ValidateName(spec, "subdomain", ObjectNames.DnsLabelErrors, path, faults);
        ValidateName(spec, "priorityClassName", ObjectNames.DnsSubdomainErrors, path, faults);
        ValidateName(spec, "runtimeClassName", ObjectNames.DnsSubdomainErrors, path, faults);
    }

    private static void ValidateName(JsonObject spec, string field, Func<string, bool, IEnumerable<string>> rule, string path, Faults faults)
    {
        if (spec.Text(field) is { Length: > 0 } name)
        {
            faults.Invalid($"{path}.{field}", name, rule(name, false));
        }
    }

    private static void ValidateHostAliases(JsonObject spec, string path, Faults faults)
    {
        var aliases = spec.Items("hostAliases").ToList();
        for (var i = 0; i < aliases.Count; i++)
        {
            faults.Invalid($"{path}[{i}].ip", aliases[i].Text("ip"), Formats.IpAddress(aliases[i].Text("ip")));
            foreach (var name in aliases[i].Texts("hostnames"))
            {
                faults.Invalid($"{path}[{i}].hostnames", name, ObjectNames.DnsSubdomainErrors(name));
            }
        }
    }
}
