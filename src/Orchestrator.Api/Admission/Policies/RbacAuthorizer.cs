using System.Text.Json;
using Orchestrator.Api.Authorization;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;
using Orchestrator.Cel.Libraries;

namespace Orchestrator.Api.Admission.Policies;

/// <summary>Answers expressions that ask what a user may do, from the roles and bindings of the cluster.</summary>
internal sealed class RbacAuthorizer(IClusterView view, WriteOptions writer) : ICelAuthorizer
{
    private const string Group = "rbac.authorization.k8s.io";
    private const string Masters = "system:masters";

    /// <inheritdoc />
    public CelAuthorizationDecision Authorize(CelAuthorizationCheck check)
    {
        var (user, groups) = check.ServiceAccount is { } account
            ? ($"system:serviceaccount:{account.Namespace}:{account.Name}",
                (IReadOnlyList<string>)["system:serviceaccounts", "system:serviceaccounts:" + account.Namespace, "system:authenticated"])
            : (writer.User, writer.Groups);
        if (groups.Contains(Masters, StringComparer.Ordinal))
        {
            return new CelAuthorizationDecision(true, "");
        }

        foreach (var rule in Rules(user, groups, check.Namespace))
        {
            if (check.Path is { } path ? rule.Allows(check.Verb, path) : rule.Allows(check.Verb, check.Group, check.Resource, check.Subresource, check.Name))
            {
                return new CelAuthorizationDecision(true, "RBAC: allowed");
            }
        }

        return new CelAuthorizationDecision(false, "");
    }

    private IEnumerable<PolicyRule> Rules(string user, IReadOnlyList<string> groups, string ns)
    {
        var bindings = view.List(new GroupResource(Group, "clusterrolebindings")).AsEnumerable();
        if (ns.Length > 0)
        {
            bindings = bindings.Concat(view.List(new GroupResource(Group, "rolebindings"), ns));
        }

        foreach (var stored in bindings)
        {
            using var document = JsonDocument.Parse(stored.Document);
            var binding = RoleBindingView.Read(document.RootElement, stored.Key.Namespace, stored.Key.Name);
            if (binding.SubjectFor(user, groups) is null)
            {
                continue;
            }

            var role = binding.RoleKind == "ClusterRole"
                ? new ObjectKey(Group, "clusterroles", "", binding.RoleName)
                : new ObjectKey(Group, "roles", stored.Key.Namespace, binding.RoleName);
            if (view.Get(role) is { } found)
            {
                using var rules = JsonDocument.Parse(found.Document);
                foreach (var rule in PolicyRule.ReadAll(rules.RootElement))
                {
                    yield return rule;
                }
            }
        }
    }
}
