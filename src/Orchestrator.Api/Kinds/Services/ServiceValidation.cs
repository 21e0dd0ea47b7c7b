using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds.PodTemplates;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Kinds.Services;

/// <summary>The rules of a Service, and of what may change in one.</summary>
/// <remarks>Upstream: ValidateService and ValidateServiceUpdate.</remarks>
internal static class ServiceValidation
{
    private const long LongestAffinity = 86400;

    /// <summary>Validates a Service.</summary>
    public static Faults Validate(JsonObject service)
    {
        var faults = new Faults();
        var spec = service.Object("spec") ?? [];
        var type = spec.Text("type");
        var ports = spec.Items("ports").ToList();
        if (ports.Count == 0 && spec.Text("clusterIP") != "None" && type != "ExternalName")
        {
            faults.Required("spec.ports");
        }

        if (type == "ExternalName")
        {
            ValidateExternalName(spec, faults);
        }

        ValidatePorts(ports, type, faults);
        Selectors.ValidateLabels(spec.Object("selector"), "spec.selector", faults);
        ValidateAffinity(spec, faults);
        ValidateClusterIPs(spec, faults);
        var addresses = spec.Texts("externalIPs").ToList();
        for (var i = 0; i < addresses.Count; i++)
        {
            faults.Invalid($"spec.externalIPs[{i}]", addresses[i], Formats.IpAddress(addresses[i]));
        }

        faults.OneOf("spec.type", type, EnumTypes.ServiceType);
        ValidateTrafficPolicies(spec, type, faults);
        return faults;
    }

    /// <summary>Validates a change: a cluster IP, once given, stays for as long as the Service has one.</summary>
    public static Faults ValidateUpdate(JsonObject service, JsonObject old)
    {
        var faults = new Faults();
        var (spec, before) = (service.Object("spec"), old.Object("spec"));
        if (before.Text("type") != "ExternalName" && spec.Text("type") != "ExternalName")
        {
            ValidateFirstStays("clusterIPs", spec, before, faults);
            ValidateFirstStays("ipFamilies", spec, before, faults);
        }

        if (NeedsHealthCheck(spec) && NeedsHealthCheck(before) && spec.Integer("healthCheckNodePort") != before.Integer("healthCheckNodePort"))
        {
            faults.Forbidden("spec.healthCheckNodePort", "field is immutable");
        }

        faults.AddRange(Validate(service));
        return faults;
    }

    /// <summary>Whether a load balancer must be told which nodes have a pod of the Service. Upstream: NeedsHealthCheck of pkg/api/service.</summary>
    public static bool NeedsHealthCheck(JsonObject? spec) => spec.Text("type") == "LoadBalancer" && spec.Text("externalTrafficPolicy") == "Local";

    private static void ValidateFirstStays(string list, JsonObject? spec, JsonObject? before, Faults faults)
    {
        if (before.Texts(list).FirstOrDefault() is { Length: > 0 } first && spec.Texts(list).FirstOrDefault() != first)
        {
            faults.Invalid($"spec.{list}[0]", spec.Array(list) ?? [], "may not change once set");
        }
    }

    private static void ValidateExternalName(JsonObject spec, Faults faults)
    {
        if (spec.Array("clusterIPs") is { Count: > 0 } && spec.Texts("clusterIPs").First().Length > 0)
        {
            faults.Forbidden("spec.clusterIPs", "may not be set for ExternalName services");
        }

        var name = spec.Text("externalName").TrimEnd('.');
        if (name.Length == 0)
        {
            faults.Required("spec.externalName");
        }
        else
        {
            faults.Invalid("spec.externalName", spec.Text("externalName"), ObjectNames.DnsSubdomainErrors(name.ToLowerInvariant()));
        }
    }

    private static void ValidatePorts(List<JsonObject> ports, string type, Faults faults)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var sockets = new HashSet<(string, long?)>();
        var nodePorts = new HashSet<(string, long?)>();
        for (var i = 0; i < ports.Count; i++)
        {
            var at = $"spec.ports[{i}]";
            var port = ports[i];
            ValidatePortName(port.Text("name"), ports.Count > 1, at, names, faults);
            faults.Invalid(at + ".port", port.Integer("port") ?? 0, Formats.PortNumber(port.Integer("port") ?? 0));
            faults.OneOf(at + ".protocol", port.Text("protocol"), EnumTypes.Protocol);
            PortValidation.ValidateNumberOrName(port["targetPort"], at + ".targetPort", faults);
            if (port.Text("appProtocol") is { Length: > 0 } protocol)
            {
                faults.Invalid(at + ".appProtocol", protocol, ObjectNames.QualifiedNameErrors(protocol));
            }

            if (!sockets.Add((port.Text("protocol"), port.Integer("port"))))
            {
                faults.Duplicate(at, AsUpstreamPrints(port));
            }

            if (port.Integer("nodePort") is { } nodePort and not 0)
            {
                ValidateNodePort(nodePort, port.Text("protocol"), type, at + ".nodePort", nodePorts, faults);
            }
        }
    }

    private static void ValidatePortName(string name, bool required, string path, HashSet<string> names, Faults faults)
    {
        if (name.Length == 0)
        {
            if (required)
            {
                faults.Required(path + ".name");
            }

            return;
        }

        faults.Invalid(path + ".name", name, ObjectNames.DnsLabelErrors(name));
        if (!names.Add(name))
        {
            faults.Duplicate(path + ".name", name);
        }
    }

    private static void ValidateNodePort(
        long nodePort, string protocol, string type, string path, HashSet<(string, long?)> taken, Faults faults)
    {
        if (type is "ClusterIP" or "ExternalName")
        {
            faults.Forbidden(path, $"may not be used when `type` is '{type}'");
        }
        else if (!taken.Add((protocol, nodePort)))
        {
            faults.Duplicate(path, nodePort);
        }
    }

    /// <summary>Upstream prints its Go structure, of which it has filled protocol and port.</summary>
    private static JsonObject AsUpstreamPrints(JsonObject port) => new()
    {
        ["Name"] = "",
        ["Protocol"] = port.Text("protocol"),
        ["AppProtocol"] = null,
        ["Port"] = port.Integer("port"),
        ["TargetPort"] = 0,
        ["NodePort"] = 0,
    };

    private static void ValidateAffinity(JsonObject spec, Faults faults)
    {
        faults.OneOf("spec.sessionAffinity", spec.Text("sessionAffinity"), EnumTypes.ServiceAffinity);
        if (spec.Text("sessionAffinity") == "ClientIP"
            && spec.Object("sessionAffinityConfig").Object("clientIP").Integer("timeoutSeconds") is { } seconds and (<= 0 or > LongestAffinity))
        {
            faults.Invalid("spec.sessionAffinityConfig.clientIP.timeoutSeconds", seconds, "must be greater than 0 and less than 86400");
        }
    }

    private static void ValidateClusterIPs(JsonObject spec, Faults faults)
    {
        if (spec.Text("type") == "ExternalName")
        {
            return;
        }

        var addresses = spec.Texts("clusterIPs").ToList();
        if (addresses.Count > 0 && spec.Text("clusterIP") != addresses[0])
        {
            faults.Invalid("spec.clusterIPs", spec.Array("clusterIPs"), "first value must match `clusterIP`");
        }

        for (var i = 0; i < addresses.Count; i++)
        {
            if (addresses[i] == "None")
            {
                if (addresses.Count > 1)
                {
                    faults.Invalid("spec.clusterIPs", spec.Array("clusterIPs"), "'None' must be the first and only value");
                }
            }
            else
            {
                faults.Invalid($"spec.clusterIPs[{i}]", addresses[i], Formats.IpAddress(addresses[i]));
            }
        }

        if (spec.Text("clusterIP") == "None" && spec.Text("type") is "NodePort" or "LoadBalancer")
        {
            faults.Invalid("spec.clusterIPs[0]", "None", $"may not be set to 'None' for {spec.Text("type")} services");
        }

        var families = spec.Texts("ipFamilies").ToList();
        for (var i = 0; i < families.Count; i++)
        {
            faults.OneOf($"spec.ipFamilies[{i}]", families[i], "IPv4", "IPv6");
        }

        faults.OneOfIfSet("spec.ipFamilyPolicy", spec.Text("ipFamilyPolicy"), EnumTypes.IPFamilyPolicy);
    }

    private static void ValidateTrafficPolicies(JsonObject spec, string type, Faults faults)
    {
        faults.OneOfIfSet("spec.internalTrafficPolicy", spec.Text("internalTrafficPolicy"), EnumTypes.ServiceInternalTrafficPolicy);
        if (type is "NodePort" or "LoadBalancer")
        {
            faults.OneOf("spec.externalTrafficPolicy", spec.Text("externalTrafficPolicy"), EnumTypes.ServiceExternalTrafficPolicy);
        }
        else if (spec.Text("externalTrafficPolicy") is { Length: > 0 } policy && spec.Array("externalIPs") is not { Count: > 0 })
        {
            faults.Invalid("spec.externalTrafficPolicy", policy, "may only be set for externally-accessible services");
        }

        var healthPort = spec.Integer("healthCheckNodePort") ?? 0;
        if (NeedsHealthCheck(spec))
        {
            if (healthPort == 0)
            {
                faults.Required("spec.healthCheckNodePort");
            }
            else
            {
                faults.Invalid("spec.healthCheckNodePort", healthPort, Formats.PortNumber(healthPort));
            }
        }
        else if (healthPort != 0)
        {
            faults.Invalid("spec.healthCheckNodePort", healthPort, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
        }
    }
}
