using System.Text.Json.Nodes;

namespace Orchestrator.Api.Kinds.Services;

/// <summary>Carries what a Service was given over into an update that does not mention it: a client that replaces a Service need not repeat its address.</summary>
/// <remarks>Upstream: patchAllocatedValues and normalizeClusterIPs in pkg/registry/core/service/storage.</remarks>
internal static class CarriedService
{
    /// <summary>Completes the new spec from the old one.</summary>
    public static void Apply(JsonObject spec, JsonObject before)
    {
        FollowClusterIP(spec, before);
        if (HasAddress(spec) && HasAddress(before))
        {
            Carry("clusterIP", spec, before);
            if (spec.Text("clusterIP") == before.Text("clusterIP"))
            {
                Carry("clusterIPs", spec, before);
            }

            Carry("ipFamilies", spec, before);
            Carry("ipFamilyPolicy", spec, before);
        }
        else if (!HasAddress(spec) && HasAddress(before))
        {
            Release(spec, before);
        }

        if (HasNodePorts(spec) && HasNodePorts(before))
        {
            CarryNodePorts(spec, before);
        }
        else if (!HasNodePorts(spec) && HasNodePorts(before))
        {
            ReleaseNodePorts(spec, before);
        }
    }

    private static bool HasAddress(JsonObject spec) => spec.Text("type") is "ClusterIP" or "NodePort" or "LoadBalancer";

    private static bool HasNodePorts(JsonObject spec) => spec.Text("type") is "NodePort" or "LoadBalancer";

    /// <summary>A client that knows only clusterIP changes or clears it; clusterIPs follows.</summary>
    private static void FollowClusterIP(JsonObject spec, JsonObject before)
    {
        if (spec.Text("clusterIP") == before.Text("clusterIP") || !JsonReading.Same(spec["clusterIPs"], before["clusterIPs"]))
        {
            return;
        }

        if (spec.Text("clusterIP") is { Length: > 0 } address)
        {
            spec["clusterIPs"] = new JsonArray(address);
        }
        else
        {
            spec.Remove("clusterIPs");
        }
    }

    private static void Carry(string field, JsonObject spec, JsonObject before)
    {
        var empty = spec[field] is null or JsonArray { Count: 0 } || JsonReading.AsText(spec[field]) == "" || JsonReading.AsInteger(spec[field]) == 0;
        if (empty && before.Has(field))
        {
            spec[field] = before[field]!.DeepClone();
        }
    }

    /// <summary>A Service that becomes an ExternalName gives its address back, if the caller repeated it.</summary>
    private static void Release(JsonObject spec, JsonObject before)
    {
        foreach (var field in new[] { "clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy" })
        {
            if (JsonReading.Same(spec[field], before[field]))
            {
                spec.Remove(field);
            }
        }
    }

    private static void CarryNodePorts(JsonObject spec, JsonObject before)
    {
        if (ServiceValidation.NeedsHealthCheck(spec) && ServiceValidation.NeedsHealthCheck(before))
        {
            Carry("healthCheckNodePort", spec, before);
        }
        else if (ServiceValidation.NeedsHealthCheck(before) && spec.Integer("healthCheckNodePort") == before.Integer("healthCheckNodePort"))
        {
            spec.Remove("healthCheckNodePort");
        }

        var taken = spec.Items("ports").Select(port => port.Integer("nodePort") ?? 0).ToHashSet();
        foreach (var port in spec.Items("ports").Where(port => port.Integer("nodePort") is null or 0))
        {
            var was = before.Items("ports").FirstOrDefault(old =>
                old.Text("protocol") == port.Text("protocol") && old.Integer("port") == port.Integer("port"));
            if (was.Integer("nodePort") is { } number and not 0 && taken.Add(number))
            {
                port["nodePort"] = number;
            }
        }
    }

    private static void ReleaseNodePorts(JsonObject spec, JsonObject before)
    {
        var had = before.Items("ports").Select(port => port.Integer("nodePort") ?? 0).ToHashSet();
        foreach (var port in spec.Items("ports").Where(port => port.Integer("nodePort") is { } number && had.Contains(number)))
        {
            port.Remove("nodePort");
        }

        foreach (var field in new[] { "externalTrafficPolicy", "allocateLoadBalancerNodePorts", "healthCheckNodePort" })
        {
            if (JsonReading.Same(spec[field], before[field]))
            {
                spec.Remove(field);
            }
        }
    }
}
