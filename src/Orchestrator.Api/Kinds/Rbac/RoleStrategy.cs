using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Kinds.Rbac;

/// <summary>What Roles and ClusterRoles add to the common write path: names such as <c>system:node</c>, and rules that grant something.</summary>
/// <remarks>Upstream: ValidateRole and ValidatePolicyRule in pkg/apis/rbac/validation.</remarks>
internal sealed class RoleStrategy(string resource) : KindStrategy
{
    /// <inheritdoc />
    public override GroupResource Resource { get; } = new("rbac.authorization.k8s.io", resource);

    /// <inheritdoc />
    public override bool AllowsCreateOnUpdate => true;

    /// <inheritdoc />
    public override IEnumerable<string> NameErrors(string name, bool prefix) => ObjectNames.PathSegmentErrors(name, prefix);

    /// <inheritdoc />
    public override IEnumerable<FieldError> Validate(JsonObject obj)
    {
        var faults = new Faults();
        var rules = obj.Items("rules").ToList();
        for (var i = 0; i < rules.Count; i++)
        {
            ValidateRule(rules[i], $"rules[{i}]", faults);
        }

        return faults;
    }

    private void ValidateRule(JsonObject rule, string path, Faults faults)
    {
        if (!rule.Texts("verbs").Any())
        {
            faults.Required(path + ".verbs", "verbs must contain at least one value");
        }

        if (rule.Texts("nonResourceURLs").Any())
        {
            if (Resource.Resource == "roles")
            {
                faults.Invalid(path + ".nonResourceURLs", rule.Array("nonResourceURLs"), "namespaced rules cannot apply to non-resource URLs");
            }

            if (rule.Texts("apiGroups").Any() || rule.Texts("resources").Any() || rule.Texts("resourceNames").Any())
            {
                faults.Invalid(path + ".nonResourceURLs", rule.Array("nonResourceURLs"),
                    "rules cannot apply to both regular resources and non-resource URLs");
            }

            return;
        }

        if (!rule.Texts("apiGroups").Any())
        {
            faults.Required(path + ".apiGroups", "resource rules must supply at least one api group");
        }

        if (!rule.Texts("resources").Any())
        {
            faults.Required(path + ".resources", "resource rules must supply at least one resource");
        }
    }
}
