using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Registry;
using Orchestrator.Api.Selectors;

namespace Orchestrator.Api.Admission.Policies;

/// <summary>Finds the objects that a binding gives a policy as parameters.</summary>
/// <remarks>Upstream: CollectParams in apiserver/pkg/admission/plugin/policy/generic/policy_dispatcher.go.</remarks>
internal static class PolicyParameters
{
    /// <summary>The parameters: null stands for a policy without any; none: the binding does not hold.</summary>
    /// <param name="resource">The kind of the parameters; null: there are none.</param>
    /// <param name="binding">The spec of the binding.</param>
    /// <param name="attributes">The request.</param>
    /// <param name="fault">Why they cannot be told.</param>
    public static IReadOnlyList<JsonObject?> Collect(ResourceKind? resource, JsonObject binding, AdmissionAttributes attributes, out string? fault)
    {
        fault = null;
        if (resource is null || binding.Object("paramRef") is not { } reference)
        {
            return [null];
        }

        var ns = reference.Text("namespace");
        if (!resource.Namespaced && ns.Length > 0)
        {
            fault = "paramRef.namespace must not be provided for a cluster-scoped `paramKind`";
            return [];
        }

        if (resource.Namespaced && ns.Length == 0)
        {
            ns = attributes.Key.Namespace;
            if (ns.Length == 0)
            {
                fault = "cannot use namespaced paramRef in policy binding that matches cluster-scoped resources";
                return [];
            }
        }

        var found = Find(reference, resource.StorageResource, ns, attributes);
        if (found.Count == 0 && reference.Text("parameterNotFoundAction") == "Deny")
        {
            fault = "no params found for policy binding with `Deny` parameterNotFoundAction";
        }

        return found;
    }

    private static List<JsonObject?> Find(JsonObject reference, GroupResource resource, string ns, AdmissionAttributes attributes)
    {
        var view = attributes.At.View;
        if (reference.Text("name") is { Length: > 0 } name)
        {
            return view.Read(resource.Group, resource.Resource, ns, name) is { } one ? [one] : [];
        }

        return LabelSelector.FromJson(reference["selector"], out var selector) is not null
            ? []
            : [.. view.List(resource, ns).Select(stored => stored.ToJson()).Where(candidate => selector.Matches(
                candidate.Object("metadata").Map("labels").ToDictionary(label => label.Key, label => label.Value, StringComparer.Ordinal)))];
    }
}
