using System.Text.Json.Nodes;
using Orchestrator.Api.Schema;

namespace Orchestrator.Api.Kinds.Ingresses;

/// <summary>The rules of an Ingress.</summary>
/// <remarks>Upstream: ValidateIngressSpec and ValidateIngressLoadBalancerStatus in pkg/apis/networking/validation.</remarks>
internal static class IngressValidation
{
    private const string WildcardFault = "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of "
        + "lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is "
        + "'\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private static readonly string[] BadSequences = ["//", "/./", "/../", "%2f", "%2F"];
    private static readonly string[] BadEndings = ["/..", "/."];

    /// <summary>Validates the spec of an Ingress.</summary>
    public static Faults Validate(JsonObject spec)
    {
        var faults = new Faults();
        var rules = spec.Items("rules").ToList();
        var backend = spec.Object("defaultBackend");
        if (rules.Count == 0 && backend is null)
        {
            faults.Invalid("spec", spec["rules"] ?? new JsonArray(), "either `defaultBackend` or `rules` must be specified");
        }

        if (backend is not null)
        {
            ValidateBackend(backend, "spec.defaultBackend", faults);
        }

        for (var i = 0; i < rules.Count; i++)
        {
            ValidateRule(rules[i], $"spec.rules[{i}]", faults);
        }

        ValidateTls(spec, faults);
        if (spec.Has("ingressClassName"))
        {
            faults.Invalid("spec.ingressClassName", spec.Text("ingressClassName"), ObjectNames.DnsSubdomainErrors(spec.Text("ingressClassName")));
        }

        return faults;
    }

    /// <summary>Validates the points at which an Ingress can be reached.</summary>
    public static Faults ValidateStatus(JsonObject? status)
    {
        var faults = new Faults();
        var points = status.Object("loadBalancer").Items("ingress").ToList();
        for (var i = 0; i < points.Count; i++)
        {
            var at = $"status.loadBalancer.ingress[{i}]";
            if (points[i].Text("ip") is { Length: > 0 } ip)
            {
                faults.Invalid(at + ".ip", ip, Formats.IpAddress(ip));
            }

            if (points[i].Text("hostname") is { Length: > 0 } host)
            {
                faults.Invalid(at + ".hostname", host, ObjectNames.DnsSubdomainErrors(host));
                if (Formats.IsIpAddress(host))
                {
                    faults.Invalid(at + ".hostname", host, "must be a DNS name, not an IP address");
                }
            }
        }

        return faults;
    }

    private static void ValidateRule(JsonObject rule, string path, Faults faults)
    {
        var host = rule.Text("host");
        if (host.Length > 0)
        {
            if (Formats.IsIpAddress(host))
            {
                faults.Invalid(path + ".host", host, "must be a DNS name, not an IP address");
            }

            faults.Invalid(path + ".host", host, HostErrors(host));
        }

        if (rule.Object("http") is not { } http)
        {
            return;
        }

        var paths = http.Items("paths").ToList();
        if (paths.Count == 0)
        {
            faults.Required(path + ".http.paths");
        }

        for (var i = 0; i < paths.Count; i++)
        {
            ValidatePath(paths[i], $"{path}.http.paths[{i}]", faults);
        }
    }

    private static void ValidatePath(JsonObject path, string at, Faults faults)
    {
        if (!path.Has("pathType"))
        {
            faults.Required(at + ".pathType", "pathType must be specified");
            return;
        }

        var text = path.Text("path");
        switch (path.Text("pathType"))
        {
            case "Exact" or "Prefix":
                ValidatePathText(text, at + ".path", faults);
                break;
            case "ImplementationSpecific":
                if (text.Length > 0 && !text.StartsWith('/'))
                {
                    faults.Invalid(at + ".path", text, "must be an absolute path");
                }

                break;
            default:
                faults.NotSupported(at + ".pathType", path.Text("pathType"), EnumTypes.PathType);
                break;
        }

        ValidateBackend(path.Object("backend") ?? [], at + ".backend", faults);
    }

    private static void ValidatePathText(string text, string at, Faults faults)
    {
        if (!text.StartsWith('/'))
        {
            faults.Invalid(at, text, "must be an absolute path");
        }

        if (text.Length == 0)
        {
            return;
        }

        foreach (var sequence in BadSequences.Where(bad => text.Contains(bad, StringComparison.Ordinal)))
        {
            faults.Invalid(at, text, $"must not contain '{sequence}'");
        }

        foreach (var ending in BadEndings.Where(bad => text.EndsWith(bad, StringComparison.Ordinal)))
        {
            faults.Invalid(at, text, $"cannot end with '{ending}'");
        }
    }

    private static void ValidateBackend(JsonObject backend, string path, Faults faults)
    {
        var (service, resource) = (backend.Object("service"), backend.Object("resource"));
        if (service is not null && resource is not null)
        {
            faults.Invalid(path, "", "cannot set both resource and service backends");
        }
        else if (resource is not null)
        {
            foreach (var field in ((string[])["kind", "name"]).Where(field => resource.Text(field).Length == 0))
            {
                faults.Required($"{path}.resource.{field}");
            }
        }
        else if (service is null)
        {
            faults.Required(path, "resource or service backend is required");
        }
        else
        {
            ValidateService(service, path + ".service", faults);
        }
    }

    private static void ValidateService(JsonObject service, string path, Faults faults)
    {
        var name = service.Text("name");
        if (name.Length == 0)
        {
            faults.Required(path + ".name");
        }
        else
        {
            faults.Invalid(path + ".name", name, ObjectNames.Dns1035LabelErrors(name));
        }

        var port = service.Object("port");
        var (portName, number) = (port.Text("name"), port.Integer("number") ?? 0);
        if (portName.Length > 0 && number != 0)
        {
            faults.Invalid(path, "", "cannot set both port name & port number");
        }
        else if (portName.Length > 0)
        {
            faults.Invalid(path + ".port.name", portName, Formats.PortName(portName));
        }
        else if (number != 0)
        {
            faults.Invalid(path + ".port.number", number, Formats.PortNumber(number));
        }
        else
        {
            faults.Required(path, "port name or number is required");
        }
    }

    private static void ValidateTls(JsonObject spec, Faults faults)
    {
        var entries = spec.Items("tls").ToList();
        for (var i = 0; i < entries.Count; i++)
        {
            var hosts = entries[i].Texts("hosts").ToList();
            for (var j = 0; j < hosts.Count; j++)
            {
                faults.Invalid($"spec.tls[{i}].hosts[{j}]", hosts[j], HostErrors(hosts[j]));
            }

            if (entries[i].Text("secretName") is { Length: > 0 } secret)
            {
                faults.Invalid($"spec.tls[{i}].secretName", secret, ObjectNames.DnsSubdomainErrors(secret));
            }
        }
    }

    private static IEnumerable<string> HostErrors(string host) => host switch
    {
        _ when !host.Contains('*', StringComparison.Ordinal) => ObjectNames.DnsSubdomainErrors(host),
        _ when host.StartsWith("*.", StringComparison.Ordinal) && !ObjectNames.DnsSubdomainErrors(host[2..]).Any() => [],
        _ => [WildcardFault],
    };
}
