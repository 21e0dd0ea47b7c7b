using System.Text.Json.Nodes;

namespace Orchestrator.Api.Kinds.Services;

/// <summary>The defaults of a Service that do not need the cluster; addresses and ports come from <see cref="Admission.ServiceAllocation"/>.</summary>
/// <remarks>Upstream: SetDefaults_Service in pkg/apis/core/v1/defaults.go.</remarks>
internal static class ServiceDefaults
{
    /// <summary>How long a client keeps its pod under affinity ClientIP when the Service does not say: three hours.</summary>
    private const long AffinitySeconds = 10800;

    /// <summary>Defaults a Service.</summary>
    public static void Apply(JsonObject service)
    {
        var spec = service.Ensure("spec");
        spec.DefaultText("sessionAffinity", "None");
        DefaultAffinity(spec);
        spec.DefaultText("type", "ClusterIP");
        foreach (var port in spec.Items("ports"))
        {
            port.DefaultText("protocol", "TCP");
            if (JsonReading.AsInteger(port["targetPort"]) is 0 or null && JsonReading.AsText(port["targetPort"]) is null or "")
            {
                port["targetPort"] = port["port"]?.DeepClone();
            }
        }

        var type = spec.Text("type");
        if (type is "NodePort" or "LoadBalancer" || (type == "ClusterIP" && spec.Array("externalIPs") is { Count: > 0 }))
        {
            spec.DefaultText("externalTrafficPolicy", "Cluster");
        }

        if (type is "ClusterIP" or "NodePort" or "LoadBalancer")
        {
            spec.DefaultText("internalTrafficPolicy", "Cluster");
        }

        if (type == "LoadBalancer")
        {
            spec.DefaultFlag("allocateLoadBalancerNodePorts", true);
        }

        foreach (var ingress in service.Ensure("status").Ensure("loadBalancer").Items("ingress"))
        {
            if (ingress.Text("ip").Length > 0)
            {
                ingress.DefaultText("ipMode", "VIP");
            }
        }
    }

    private static void DefaultAffinity(JsonObject spec)
    {
        if (spec.Text("sessionAffinity") == "None")
        {
            spec.Remove("sessionAffinityConfig");
        }
        else if (spec.Text("sessionAffinity") == "ClientIP")
        {
            spec.Ensure("sessionAffinityConfig").Ensure("clientIP").DefaultInteger("timeoutSeconds", AffinitySeconds);
        }
    }
}
