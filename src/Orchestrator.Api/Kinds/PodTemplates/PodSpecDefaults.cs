using System.Text.Json.Nodes;

namespace Orchestrator.Api.Kinds.PodTemplates;

/// <summary>The defaults of a pod's spec, in a Pod and in every workload's template alike.</summary>
/// <remarks>Upstream: pkg/apis/core/v1/defaults.go. What only a Pod gets (requests from limits, service links, host ports) is in PodDefaults.</remarks>
internal static class PodSpecDefaults
{
    /// <summary>Seconds that a pod has to stop when it does not say otherwise; upstream's DefaultTerminationGracePeriodSeconds.</summary>
    public const long TerminationGracePeriodSeconds = 30;

    /// <summary>Defaults a pod template in the named field of its owner.</summary>
    public static void ApplyToTemplate(JsonObject owner, string field = "template")
    {
        var template = owner.Ensure(field);
        template.Ensure("metadata");
        Apply(template.Ensure("spec"));
    }

    /// <summary>Defaults a pod spec.</summary>
    public static void Apply(JsonObject spec)
    {
        spec.DefaultText("dnsPolicy", "ClusterFirst");
        spec.DefaultText("restartPolicy", "Always");
        spec.Ensure("securityContext");
        spec.DefaultInteger("terminationGracePeriodSeconds", TerminationGracePeriodSeconds);
        spec.DefaultText("schedulerName", "default-scheduler");
        MirrorServiceAccount(spec);
        foreach (var volume in spec.Items("volumes"))
        {
            VolumeDefaults.Apply(volume);
        }

        foreach (var container in AllContainers(spec))
        {
            ContainerDefaults.Apply(container);
        }
    }

    /// <summary>Containers, init containers and ephemeral containers.</summary>
    public static IEnumerable<JsonObject> AllContainers(JsonObject spec) =>
        spec.Items("initContainers").Concat(spec.Items("containers")).Concat(spec.Items("ephemeralContainers"));

    /// <summary>The deprecated serviceAccount is an alias: whichever is set, both are returned, and the new name wins.</summary>
    private static void MirrorServiceAccount(JsonObject spec)
    {
        var name = spec.Text("serviceAccountName") is { Length: > 0 } current ? current : spec.Text("serviceAccount");
        if (name.Length > 0)
        {
            spec["serviceAccountName"] = name;
            spec["serviceAccount"] = name;
        }
    }
}
