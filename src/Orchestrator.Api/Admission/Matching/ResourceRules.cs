using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Registry;

namespace Orchestrator.Api.Admission.Matching;

/// <summary>Whether the rules of a webhook or a policy speak of a request, and in which version of its resource.</summary>
/// <remarks>Upstream: apiserver/pkg/admission/plugin/webhook/predicates/rules.</remarks>
internal static class ResourceRules
{
    private static readonly GroupResource Namespaces = new("", "namespaces");

    private static readonly string[] Exempt =
    [
        "validatingwebhookconfigurations", "mutatingwebhookconfigurations", "validatingadmissionpolicies", "validatingadmissionpolicybindings",
        "mutatingadmissionpolicies", "mutatingadmissionpolicybindings",
    ];

    /// <summary>Whether the request is about what decides on requests: nothing is asked about that, or a broken webhook could never be repaired.</summary>
    public static bool IsExempt(AdmissionAttributes attributes) =>
        attributes.Kind.Group == "admissionregistration.k8s.io" && Exempt.Contains(attributes.Kind.Resource, StringComparer.Ordinal);

    /// <summary>The version of the resource that a rule names: the request's own, or another that holds the same objects. Null: no rule speaks of it.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="isEquivalent">Whether another version of the resource counts as well.</param>
    /// <param name="attributes">The request.</param>
    public static ResourceKind? Match(IEnumerable<JsonObject> rules, bool isEquivalent, AdmissionAttributes attributes)
    {
        var all = rules.ToList();
        if (all.Exists(rule => Matches(rule, attributes.Kind, attributes)))
        {
            return attributes.Kind;
        }

        return isEquivalent ? attributes.OtherVersions().FirstOrDefault(kind => all.Exists(rule => Matches(rule, kind, attributes))) : null;
    }

    /// <summary>Whether one rule speaks of the request, taken as one about this kind.</summary>
    public static bool Matches(JsonObject rule, ResourceKind kind, AdmissionAttributes attributes) =>
        IsInScope(rule.Text("scope"), attributes)
        && Names(rule.Texts("operations"), attributes.OperationName)
        && Names(rule.Texts("apiGroups"), kind.Group)
        && Names(rule.Texts("apiVersions"), kind.Version)
        && rule.Texts("resources").Any(resource => NamesResource(resource, kind.Resource, attributes.Subresource));

    private static bool IsInScope(string scope, AdmissionAttributes attributes) => scope switch
    {
        "Namespaced" => IsNamespaced(attributes),
        "Cluster" => !IsNamespaced(attributes),
        _ => true,
    };

    private static bool IsNamespaced(AdmissionAttributes attributes) => attributes.Kind.StorageResource != Namespaces && attributes.Key.Namespace.Length > 0;

    private static bool Names(IEnumerable<string> names, string name) => names.Any(candidate => candidate == "*" || candidate == name);

    private static bool NamesResource(string pattern, string resource, string subresource)
    {
        var slash = pattern.IndexOf('/', StringComparison.Ordinal);
        var (main, sub) = slash < 0 ? (pattern, "") : (pattern[..slash], pattern[(slash + 1)..]);
        return (main == "*" || main == resource) && (sub == "*" || sub == subresource);
    }
}
