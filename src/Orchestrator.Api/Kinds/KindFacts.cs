using System.Collections.Frozen;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Registry;

namespace Orchestrator.Api.Kinds;

/// <summary>What differs between kinds in single bits, as a real server of 1.36 shows it.</summary>
internal static class KindFacts
{
    private static readonly FrozenSet<GroupResource> Counted = new GroupResource[]
    {
        new("", "pods"), new("", "podtemplates"), new("", "replicationcontrollers"),
        new("admissionregistration.k8s.io", "mutatingwebhookconfigurations"), new("admissionregistration.k8s.io", "validatingwebhookconfigurations"),
        new("admissionregistration.k8s.io", "validatingadmissionpolicies"), new("admissionregistration.k8s.io", "validatingadmissionpolicybindings"),
        new("admissionregistration.k8s.io", "mutatingadmissionpolicies"), new("admissionregistration.k8s.io", "mutatingadmissionpolicybindings"),
        new("apiextensions.k8s.io", "customresourcedefinitions"),
        new("apps", "daemonsets"), new("apps", "deployments"), new("apps", "replicasets"), new("apps", "statefulsets"),
        new("batch", "cronjobs"), new("batch", "jobs"), new("discovery.k8s.io", "endpointslices"),
        new("flowcontrol.apiserver.k8s.io", "flowschemas"), new("flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations"),
        new("networking.k8s.io", "ingresses"), new("networking.k8s.io", "ingressclasses"), new("networking.k8s.io", "networkpolicies"),
        new("networking.k8s.io", "ipaddresses"), new("networking.k8s.io", "servicecidrs"),
        new("policy", "poddisruptionbudgets"), new("resource.k8s.io", "resourceslices"), new("resource.k8s.io", "deviceclasses"),
        new("scheduling.k8s.io", "priorityclasses"),
    }.ToFrozenSet();

    /// <summary>True for the kinds that carry metadata.generation.</summary>
    public static bool TracksGeneration(GroupResource resource) => Counted.Contains(resource);

    /// <summary>The top-level fields that no creator owns: the server sets or clears them. Upstream: GetResetFields.</summary>
    public static string[] ResetFields(ResourceKind kind) => kind switch
    {
        { Group: "certificates.k8s.io", Resource: "certificatesigningrequests" } => ["spec", "status"],
        { HasStatus: true } => ["status"],
        _ => [],
    };

    /// <summary>True for the kinds that have a status subresource.</summary>
    public static bool HasStatus(GroupResource resource) => KindRegistry.BuiltIn.Preferred(resource)?.HasStatus ?? false;
}
