using System.Net;
using System.Text.Json.Nodes;
using Orchestrator.Api.Admission.Webhooks;
using Orchestrator.Api.Documents;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Views;

namespace Orchestrator.Grains.Webhooks;

/// <summary>Finds a ready endpoint behind a port of a Service, as the watch cache has it.</summary>
/// <remarks>Upstream: apiserver/pkg/util/proxy (ResolveEndpoint), which goes past the Service's address too.</remarks>
internal static class ServiceEndpoints
{
    private static readonly GroupResource Slices = new("discovery.k8s.io", "endpointslices");

    /// <summary>Where to connect.</summary>
    /// <param name="service">The port.</param>
    /// <param name="view">The cluster.</param>
    /// <param name="choice">Chooses among endpoints: any number.</param>
    /// <param name="fault">Why there is nothing to connect to.</param>
    public static DnsEndPoint? Find(WebhookService service, IClusterView view, int choice, out string? fault)
    {
        fault = null;
        var stored = view.Get(new ObjectKey("", "services", service.Namespace, service.Name));
        if (stored is null)
        {
            fault = $"service \"{service.Name}\" not found";
            return null;
        }

        var spec = DocumentEncoding.Decode(stored.Document)["spec"] as JsonObject;
        if (spec.Text("type") == "ExternalName")
        {
            return new DnsEndPoint(spec.Text("externalName"), service.Port);
        }

        if ((spec?["ports"] as JsonArray ?? []).OfType<JsonObject>().FirstOrDefault(port => port.Whole("port") == service.Port) is not { } wanted)
        {
            fault = $"no service port {service.Port} found for service \"{service.Name}\"";
            return null;
        }

        var ready = Ready(service, view, wanted.Text("name")).ToList();
        if (ready.Count == 0)
        {
            fault = $"no endpoints available for service \"{service.Name}\"";
            return null;
        }

        return ready[(int)((uint)choice % (uint)ready.Count)];
    }

    private static IEnumerable<DnsEndPoint> Ready(WebhookService service, IClusterView view, string portName)
    {
        foreach (var slice in view.List(Slices, service.Namespace).Select(stored => DocumentEncoding.Decode(stored.Document)))
        {
            if ((slice.Metadata()["labels"] as JsonObject).Text("kubernetes.io/service-name") != service.Name
                || (slice["ports"] as JsonArray ?? []).OfType<JsonObject>().FirstOrDefault(port => port.Text("name") == portName).Whole("port") is not { } number)
            {
                continue;
            }

            foreach (var endpoint in (slice["endpoints"] as JsonArray ?? []).OfType<JsonObject>())
            {
                var isReady = (endpoint["conditions"] as JsonObject)?["ready"] is not JsonValue value || !value.TryGetValue(out bool ready) || ready;
                if (isReady && endpoint.Texts("addresses") is { Count: > 0 } addresses)
                {
                    yield return new DnsEndPoint(addresses[0], (int)number);
                }
            }
        }
    }
}
