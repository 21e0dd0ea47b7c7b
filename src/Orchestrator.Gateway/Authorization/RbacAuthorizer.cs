using System.Runtime.CompilerServices;
using System.Text.Json;
using Orchestrator.Api.Authorization;
using Orchestrator.Api.Identity;
using Orchestrator.Gateway.Authentication;
using Orchestrator.Store.Cache;

namespace Orchestrator.Gateway.Authorization;

/// <summary>Role-based access control, evaluated on the roles and bindings in the watch cache.</summary>
/// <remarks>Upstream: plugin/pkg/auth/authorizer/rbac. Cluster-wide bindings are asked first, then those of the namespace; nothing denies.</remarks>
internal sealed class RbacAuthorizer(IWatchCache cache)
{
    private const string RbacGroup = "rbac.authorization.k8s.io";
    private static readonly GroupResource Roles = new(RbacGroup, "roles");
    private static readonly GroupResource ClusterRoles = new(RbacGroup, "clusterroles");
    private static readonly GroupResource RoleBindings = new(RbacGroup, "rolebindings");
    private static readonly GroupResource ClusterRoleBindings = new(RbacGroup, "clusterrolebindings");

    /// <summary>What was parsed from a cached object goes with the object.</summary>
    private readonly ConditionalWeakTable<CachedObject, PolicyRule[]> rulesOf = new();
    private readonly ConditionalWeakTable<CachedObject, RoleBindingView> bindingsOf = new();

    /// <summary>Decides a request.</summary>
    public AccessDecision Authorize(AccessRequest request)
    {
        if (request.User.IsMaster)
        {
            return new AccessDecision(true, "");
        }

        foreach (var grant in Grants(request.User, request.Namespace))
        {
            foreach (var rule in grant.Rules)
            {
                if (Allows(rule, request))
                {
                    return new AccessDecision(true, grant.Reason());
                }
            }
        }

        return AccessDecision.NoOpinion;
    }

    /// <summary>All rules that a user has in a namespace, in the order in which they are asked.</summary>
    /// <remarks>Of system:masters too only what is bound to it: that it may do everything is no rule, and upstream tells rules alone.</remarks>
    public IReadOnlyList<PolicyRule> RulesOf(ApiUser user, string ns) => [.. Grants(user, ns).SelectMany(grant => grant.Rules)];

    /// <summary>The rules of a role that a binding names; null when there is no such role.</summary>
    public PolicyRule[]? RulesOfRole(string kind, string ns, string name)
    {
        var resource = kind == "ClusterRole" ? ClusterRoles : Roles;
        var role = cache.Find(new ObjectKey(resource.Group, resource.Resource, kind == "ClusterRole" ? "" : ns, name));
        return role is null ? null : rulesOf.GetValue(role, ReadRules);
    }

    private static bool Allows(PolicyRule rule, AccessRequest request) => request.Path is { } path
        ? rule.Allows(request.Verb, path)
        : rule.Allows(request.Verb, request.Group, request.Resource, request.Subresource, request.Name);

    private IEnumerable<Grant> Grants(ApiUser user, string ns)
    {
        foreach (var binding in cache.Snapshot(ClusterRoleBindings, "").Objects)
        {
            if (GrantOf(binding, user) is { } grant)
            {
                yield return grant;
            }
        }

        if (ns.Length == 0)
        {
            yield break;
        }

        foreach (var binding in cache.Snapshot(RoleBindings, ns).Objects)
        {
            if (GrantOf(binding, user) is { } grant)
            {
                yield return grant;
            }
        }
    }

    private Grant? GrantOf(CachedObject bound, ApiUser user)
    {
        var binding = bindingsOf.GetValue(bound, ReadBinding);
        return binding.SubjectFor(user.Name, user.Groups) is { } subject && RulesOfRole(binding.RoleKind, binding.Namespace, binding.RoleName) is { } rules
            ? new Grant(binding, subject, rules)
            : null;
    }

    private PolicyRule[] ReadRules(CachedObject role)
    {
        using var document = JsonDocument.Parse(role.Stored.Document);
        return PolicyRule.ReadAll(document.RootElement);
    }

    private static RoleBindingView ReadBinding(CachedObject binding)
    {
        using var document = JsonDocument.Parse(binding.Stored.Document);
        return RoleBindingView.Read(document.RootElement, binding.Stored.Key.Namespace, binding.Stored.Key.Name);
    }

    private sealed record Grant(RoleBindingView Binding, RoleSubject Subject, PolicyRule[] Rules)
    {
        public string Reason()
        {
            var binding = Binding.Namespace.Length == 0
                ? $"ClusterRoleBinding \"{Binding.Name}\""
                : $"RoleBinding \"{Binding.Name}/{Binding.Namespace}\"";
            return $"RBAC: allowed by {binding} of {Binding.RoleKind} \"{Binding.RoleName}\" to {Subject.Describe(Binding.Namespace)}";
        }
    }
}
