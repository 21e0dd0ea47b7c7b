using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Views;
using Orchestrator.Controllers.Objects;
using Orchestrator.Controllers.Plans;

namespace Orchestrator.Controllers.Rbac;

/// <summary>Gives a ClusterRole with an aggregation rule the rules of all ClusterRoles that the rule selects.</summary>
/// <remarks>Upstream: pkg/controller/clusterroleaggregation. Roles that gather may be gathered in turn, as edit is by admin: each change of one wakes all.</remarks>
internal sealed class ClusterRoleAggregation : IReconciler
{
    public string Name => "clusterrole-aggregation-controller";

    public IReadOnlyList<GroupResource> Watches { get; } = [Resources.ClusterRoles];

    public IEnumerable<ObjectKey> KeysFor(StoredObject? before, StoredObject after, bool removed, IClusterView view) => AllKeys(view);

    public IEnumerable<ObjectKey> AllKeys(IClusterView view) =>
        view.List<V1ClusterRole>(Resources.ClusterRoles).Where(role => role.Value.AggregationRule is not null).Select(role => role.Stored.Key);

    public Plan Reconcile(ObjectKey key, IClusterView view, DateTimeOffset now)
    {
        if (view.Get<V1ClusterRole>(key) is not { IsDeleting: false, Value.AggregationRule: { } aggregation } gathering)
        {
            return Plan.Nothing;
        }

        var rules = new JsonArray();
        foreach (var role in view.List<V1ClusterRole>(Resources.ClusterRoles))
        {
            if (role.Name != key.Name && (aggregation.ClusterRoleSelectors ?? []).Any(selector => selector.Matches(role.Value.Metadata.Labels)))
            {
                Add(rules, Typed.Document(role.Stored)["rules"] as JsonArray ?? []);
            }
        }

        var present = Typed.Document(gathering.Stored)["rules"] as JsonArray ?? [];
        return JsonNode.DeepEquals(present, rules)
            ? Plan.Nothing
            : new Plan { Writes = [new PlannedWrite.Patch(key, new JsonObject { ["rules"] = rules }, "", gathering.ResourceVersion)] };
    }

    private static void Add(JsonArray rules, JsonArray more)
    {
        foreach (var rule in more)
        {
            if (!rules.Any(known => JsonNode.DeepEquals(known, rule)))
            {
                rules.Add(rule!.DeepClone());
            }
        }
    }
}
