using System.Text.Json.Nodes;
using Orchestrator.Api.Kinds.PodTemplates;

namespace Orchestrator.Api.Kinds.Pods;

/// <summary>The defaults that only a Pod gets, on top of those of its spec.</summary>
/// <remarks>Upstream: SetDefaults_Pod in pkg/apis/core/v1/defaults.go. A template does not get them: it would change what controllers hash.</remarks>
internal static class PodDefaults
{
    /// <summary>Defaults a Pod.</summary>
    public static void Apply(JsonObject pod)
    {
        var spec = pod.Ensure("spec");
        PodSpecDefaults.Apply(spec);
        spec.DefaultFlag("enableServiceLinks", true);
        foreach (var container in spec.Items("containers").Concat(spec.Items("initContainers")))
        {
            RequestWhatIsLimited(container.Object("resources"));
            if (spec.Flag("hostNetwork"))
            {
                OpenHostPorts(container);
            }
        }

        RequestWhatIsLimited(spec.Object("resources"));
    }

    /// <summary>A limit without a request requests as much as it limits.</summary>
    private static void RequestWhatIsLimited(JsonObject? resources)
    {
        if (resources.Object("limits") is not { Count: > 0 } limits)
        {
            return;
        }

        var requests = resources!.Ensure("requests");
        foreach (var (name, amount) in limits)
        {
            if (!requests.ContainsKey(name))
            {
                requests[name] = amount?.DeepClone();
            }
        }
    }

    /// <summary>On the host's network a container's port is the host's.</summary>
    private static void OpenHostPorts(JsonObject container)
    {
        foreach (var port in container.Items("ports"))
        {
            if (port.Integer("containerPort") is { } number)
            {
                port.DefaultNonZero("hostPort", number);
            }
        }
    }
}
