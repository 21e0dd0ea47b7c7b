using System.Text.Json;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Views;

namespace Orchestrator.Api.Authorization;

/// <summary>What a user may do, read from the roles and bindings of a view: for decisions that are made inside the cluster, where no gateway is.</summary>
/// <remarks>Upstream: pkg/registry/rbac/validation/rule.go.</remarks>
public static class ClusterRules
{
    private const string Group = "rbac.authorization.k8s.io";
    private const string Masters = "system:masters";

    /// <summary>All rules that a user has in a namespace; with an empty one those of the whole cluster alone.</summary>
    public static IReadOnlyList<PolicyRule> Of(IClusterView view, string user, IReadOnlyList<string> groups, string ns)
    {
        ArgumentNullException.ThrowIfNull(view);
        ArgumentNullException.ThrowIfNull(ns);
        var bindings = view.List(new GroupResource(Group, "clusterrolebindings"));
        if (ns.Length > 0)
        {
            bindings = [.. bindings, .. view.List(new GroupResource(Group, "rolebindings"), ns)];
        }

        var rules = new List<PolicyRule>();
        foreach (var stored in bindings)
        {
            using var document = JsonDocument.Parse(stored.Document);
            var binding = RoleBindingView.Read(document.RootElement, stored.Key.Namespace, stored.Key.Name);
            if (binding.SubjectFor(user, groups) is not null)
            {
                rules.AddRange(OfRole(view, binding.RoleKind, stored.Key.Namespace, binding.RoleName) ?? []);
            }
        }

        return rules;
    }

    /// <summary>The rules of the role that a binding names; null when there is no such role.</summary>
    public static PolicyRule[]? OfRole(IClusterView view, string kind, string ns, string name)
    {
        ArgumentNullException.ThrowIfNull(view);
        var key = kind == "ClusterRole" ? new ObjectKey(Group, "clusterroles", "", name) : new ObjectKey(Group, "roles", ns, name);
        if (view.Get(key) is not { } role)
        {
            return null;
        }

        using var document = JsonDocument.Parse(role.Document);
        return PolicyRule.ReadAll(document.RootElement);
    }

    /// <summary>True when the user may do something at the cluster scope.</summary>
    public static bool Allow(
        IClusterView view, string user, IReadOnlyList<string> groups, string verb, string group, string resource, string subresource, string name)
    {
        ArgumentNullException.ThrowIfNull(groups);
        return groups.Contains(Masters) || Of(view, user, groups, "").Any(rule => rule.Allows(verb, group, resource, subresource, name));
    }
}
