using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Authorization;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Kinds;
using Orchestrator.Api.Machinery;

namespace Orchestrator.Api.Admission;

/// <summary>Lets nobody write rights into a role, or bind a role to somebody, that the writer does not have: only who may escalate or bind may.</summary>
/// <remarks>Upstream: pkg/registry/rbac/*/policybased, there in front of storage. Here in the object's grain, so that no writer goes around it.</remarks>
internal sealed class RoleEscalation : IAdmissionPlugin
{
    private const string Group = "rbac.authorization.k8s.io";
    private const string Masters = "system:masters";

    private static readonly PolicyRule[] Everything = [new(["*"], ["*"], ["*"], [], []), new(["*"], [], [], [], ["*"])];

    /// <inheritdoc />
    public string Name => nameof(RoleEscalation);

    /// <inheritdoc />
    public ApiStatus? Admit(AdmissionAttributes attributes)
    {
        if (attributes.Kind.Group != Group || attributes.Object is not { } obj || attributes.Subresource.Length > 0
            || !IsLimited(attributes.Options))
        {
            return null;
        }

        var old = attributes.OldObject;
        return attributes.Kind.Resource is "roles" or "clusterroles" ? AdmitRole(attributes, obj, old) : AdmitBinding(attributes, obj, old);
    }

    /// <summary>Who comes through the API belongs to a group at least: the authenticated ones, or the others. Controllers and clients inside the cluster belong to none.</summary>
    private static bool IsLimited(WriteOptions writer) => writer.Groups.Count > 0 && !writer.Groups.Contains(Masters);

    private static ApiStatus? AdmitRole(AdmissionAttributes attributes, JsonObject role, JsonObject? old)
    {
        var isSame = old is not null && JsonReading.Same(role["rules"], old["rules"]);
        var gathersSame = old is not null && JsonReading.Same(role["aggregationRule"], old["aggregationRule"]);
        if (isSame && gathersSame)
        {
            return null;
        }

        var owned = RulesOf(attributes, attributes.Key.Namespace);
        if (owned.Any(rule => rule.Allows("escalate", Group, attributes.Kind.Resource, "", attributes.Key.Name)))
        {
            return null;
        }

        // Whoever chooses what a role gathers can make it gather everything.
        if (role["aggregationRule"] is not null && !gathersSame && Everything.Any(rule => !PolicyRule.Cover(owned, rule)))
        {
            return attributes.Forbid("must have cluster-admin privileges to use the aggregationRule");
        }

        return isSame ? null : Excess(attributes, owned, Read(role));
    }

    private static ApiStatus? AdmitBinding(AdmissionAttributes attributes, JsonObject binding, JsonObject? old)
    {
        if (old is not null && JsonReading.Same(binding["roleRef"], old["roleRef"]) && JsonReading.Same(binding["subjects"], old["subjects"]))
        {
            return null;
        }

        var reference = binding.Object("roleRef");
        var (kind, name) = (reference.Text("kind"), reference.Text("name"));
        var resource = kind == "ClusterRole" ? "clusterroles" : "roles";
        var owned = RulesOf(attributes, attributes.Key.Namespace);
        if (owned.Any(rule => rule.Allows("bind", Group, resource, "", name)))
        {
            return null;
        }

        var granted = ClusterRules.OfRole(attributes.At.View, kind, attributes.Key.Namespace, name);
        return granted is null ? Statuses.NotFound(new GroupResource(Group, resource), name) : Excess(attributes, owned, granted);
    }

    private static ApiStatus? Excess(AdmissionAttributes attributes, IReadOnlyList<PolicyRule> owned, IEnumerable<PolicyRule> granted)
    {
        // What is missing on one resource is one line, whatever number of verbs it is.
        var missing = granted.SelectMany(rule => PolicyRule.Missing(owned, rule))
            .GroupBy(one => string.Join('\n', [.. one.ApiGroups, .. one.Resources, "", .. one.ResourceNames, "", .. one.NonResourceUrls]))
            .Select(same => same.First() with { Verbs = [.. same.Select(one => one.Verbs[0]).Distinct()] })
            .Select(rule => rule.Describe()).Distinct().Order(StringComparer.Ordinal).ToList();
        if (missing.Count == 0)
        {
            return null;
        }

        var groups = string.Join(' ', attributes.Options.Groups.Select(GoText.Quote));
        return attributes.Forbid(
            $"user {GoText.Quote(attributes.Options.User)} (groups=[{groups}]) is attempting to grant RBAC permissions not currently held:\n{string.Join('\n', missing)}");
    }

    private static IReadOnlyList<PolicyRule> RulesOf(AdmissionAttributes attributes, string ns) =>
        ClusterRules.Of(attributes.At.View, attributes.Options.User, attributes.Options.Groups, ns);

    private static PolicyRule[] Read(JsonObject role)
    {
        using var document = JsonSerializer.SerializeToDocument(role);
        return PolicyRule.ReadAll(document.RootElement);
    }
}
