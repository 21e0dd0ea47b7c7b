using Orchestrator.Api.Identity;

namespace Orchestrator.Api.Registry;

/// <summary>What is said to everybody who uses a kind that is on its way out.</summary>
/// <remarks>Upstream: the APILifecycle functions of the API types and apiserver/pkg/endpoints/deprecation.</remarks>
public static class Deprecations
{
    /// <summary>The warning for a kind of the registry, built-in or custom; null when it is not deprecated.</summary>
    public static string? Of(ResourceKind kind) => kind.Custom is { } custom ? custom.DeprecationWarning : Of(kind.GroupVersionKind);

    /// <summary>The warning for a built-in kind; null when it is not deprecated.</summary>
    public static string? Of(GroupVersionKind kind) => kind switch
    {
        { Group: "", Version: "v1", Kind: "Endpoints" } => "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
        { Group: "", Version: "v1", Kind: "ComponentStatus" } => "v1 ComponentStatus is deprecated in v1.19+",
        _ => null,
    };
}
