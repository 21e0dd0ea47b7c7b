using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.AgentProtocol;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Views;

namespace Orchestrator.Grains.Nodes;

/// <summary>The environment variables that tell a container of the Services in its namespace and of the API.</summary>
/// <remarks>Upstream: pkg/kubelet/envvars and kubelet_pods.go getServiceEnvVarMap.</remarks>
internal static class ServiceEnvironment
{
    private static readonly GroupResource Services = new("", "services");

    /// <summary>The variables of a pod. Without service links only those of the API.</summary>
    public static IEnumerable<EnvVar> For(JsonNode pod, IClusterView view)
    {
        var ns = (string?)pod["metadata"]?["namespace"] ?? "";
        var hasLinks = (bool?)pod["spec"]?["enableServiceLinks"] ?? true;
        var services = hasLinks ? view.List(Services, ns).AsEnumerable() : [];
        if (view.Get(new ObjectKey("", "services", "default", "kubernetes")) is { } api && (!hasLinks || ns != "default"))
        {
            services = services.Append(api);
        }

        return services.SelectMany(service => Of(JsonNode.Parse(service.Document.Span)!));
    }

    private static IEnumerable<EnvVar> Of(JsonNode service)
    {
        var address = (string?)service["spec"]?["clusterIP"];
        if (address is null or "" or "None" || service["spec"]?["ports"] is not JsonArray { Count: > 0 } ports)
        {
            yield break;
        }

        var name = Upper((string)service["metadata"]!["name"]!);
        yield return Variable(name + "_SERVICE_HOST", address);
        yield return Variable(name + "_SERVICE_PORT", Number(ports[0]!));
        foreach (var port in ports)
        {
            if ((string?)port!["name"] is { Length: > 0 } portName)
            {
                yield return Variable(name + "_SERVICE_PORT_" + Upper(portName), Number(port));
            }
        }

        yield return Variable(name + "_PORT", Url(ports[0]!, address));
        foreach (var port in ports)
        {
            var protocol = Protocol(port!);
            var prefix = $"{name}_PORT_{Number(port!)}_{protocol.ToUpperInvariant()}";
            yield return Variable(prefix, Url(port!, address));
            yield return Variable(prefix + "_PROTO", protocol);
            yield return Variable(prefix + "_PORT", Number(port!));
            yield return Variable(prefix + "_ADDR", address);
        }
    }

    private static string Url(JsonNode port, string address)
    {
        var host = address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;
        return $"{Protocol(port)}://{host}:{Number(port)}";
    }

    private static string Protocol(JsonNode port) => ((string?)port["protocol"] ?? "TCP").ToLowerInvariant();

    private static string Number(JsonNode port) => ((int?)port["port"] ?? 0).ToString(CultureInfo.InvariantCulture);

    private static string Upper(string name) => name.Replace('-', '_').ToUpperInvariant();

    private static EnvVar Variable(string name, string value) => new() { Name = name, Value = value };
}
