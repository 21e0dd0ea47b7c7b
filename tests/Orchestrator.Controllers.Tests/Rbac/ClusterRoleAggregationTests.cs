using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Controllers.Rbac;
using Orchestrator.Controllers.Tests.Harness;

namespace Orchestrator.Controllers.Tests.Rbac;

public sealed class ClusterRoleAggregationTests
{
    private static readonly GroupResource ClusterRoles = new("rbac.authorization.k8s.io", "clusterroles");
    private readonly FakeCluster _cluster = new();

    [Fact]
    public void Roles_gather_through_roles_that_gather_and_then_rest()
    {
        Put("admin", """{"aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"to":"admin"}}]},"rules":null}""");
        Put("edit", """{"metadata":{"labels":{"to":"admin"}},"aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"to":"edit"}}]}}""");
        Put("pods", """{"metadata":{"labels":{"to":"edit"}},"rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}]}""");
        Put("same", """{"metadata":{"labels":{"to":"edit"}},"rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}]}""");
        Put("other", """{"rules":[{"apiGroups":[""],"resources":["nodes"],"verbs":["get"]}]}""");

        Settle();
        Assert.Equal("""[{"apiGroups":[""],"resources":["pods"],"verbs":["get"]}]""", Rules("admin"));

        _cluster.Remove(Key("pods"));
        _cluster.Remove(Key("same"));
        Settle();
        Assert.Equal("[]", Rules("admin"));
        Assert.Equal("[]", Rules("edit"));
    }

    private void Settle()
    {
        var reconciler = new ClusterRoleAggregation();
        for (var round = 0; round < 3; round++)
        {
            foreach (var key in reconciler.AllKeys(_cluster).ToList())
            {
                _cluster.Apply(reconciler.Reconcile(key, _cluster, _cluster.Now));
            }
        }

        Assert.All(reconciler.AllKeys(_cluster), key => Assert.Empty(reconciler.Reconcile(key, _cluster, _cluster.Now).Writes));
    }

    private void Put(string name, string json)
    {
        var document = JsonNode.Parse(json)!.AsObject();
        document["apiVersion"] = "rbac.authorization.k8s.io/v1";
        document["kind"] = "ClusterRole";
        document["metadata"] ??= new JsonObject();
        document["metadata"]!["name"] = name;
        _cluster.Put(ClusterRoles, document);
    }

    private string Rules(string name) => _cluster.Read(Key(name))["rules"]!.ToJsonString();

    private static ObjectKey Key(string name) => new(ClusterRoles.Group, ClusterRoles.Resource, "", name);
}
