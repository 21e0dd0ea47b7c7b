using Orchestrator.Api.Authorization;
using Orchestrator.Api.Identity;
using Orchestrator.Gateway.Authentication;
using Orchestrator.Gateway.Authorization;
using Orchestrator.Gateway.Tests.Fakes;

namespace Orchestrator.Gateway.Tests.Authorization;

public sealed class RbacAuthorizerTests
{
    private const string Group = "rbac.authorization.k8s.io";
    private readonly FakeCluster cluster = new();

    [Theory]
    [InlineData("get", "", "pods", "", "default", "", true)]
    [InlineData("get", "", "pods", "log", "default", "a", true)]
    [InlineData("get", "", "pods", "status", "default", "a", false)]
    [InlineData("delete", "", "pods", "", "default", "a", false)]
    [InlineData("get", "apps", "pods", "", "default", "", false)]
    [InlineData("get", "", "pods", "", "other", "", false)]
    [InlineData("get", "", "pods", "", "", "", false)]
    [InlineData("update", "apps", "deployments", "scale", "default", "web", true)]
    [InlineData("update", "apps", "replicasets", "scale", "default", "web", true)]
    [InlineData("get", "", "secrets", "", "default", "named", true)]
    [InlineData("get", "", "secrets", "", "default", "other", false)]
    [InlineData("list", "", "secrets", "", "default", "", false)]
    public void A_role_in_a_namespace_grants_what_its_rules_say(string verb, string group, string resource, string subresource, string ns, string name, bool allowed)
    {
        Role("roles", "default", "reader", """
            [{"verbs":["get"],"apiGroups":[""],"resources":["pods","pods/log"]},
             {"verbs":["*"],"apiGroups":["apps"],"resources":["*/scale"]},
             {"verbs":["get"],"apiGroups":[""],"resources":["secrets"],"resourceNames":["named"]}]
            """);
        Binding("rolebindings", "default", "readers", "Role", "reader", """{"kind":"User","name":"alice"}""");
        var request = new AccessRequest(Alice, verb) { Group = group, Resource = resource, Subresource = subresource, Namespace = ns, Name = name };
        Assert.Equal(allowed, new RbacAuthorizer(cluster).Authorize(request).Allowed);
    }

    [Theory]
    [InlineData("""{"kind":"User","name":"alice"}""", true)]
    [InlineData("""{"kind":"Group","name":"devs"}""", true)]
    [InlineData("""{"kind":"User","name":"devs"}""", false)]
    [InlineData("""{"kind":"ServiceAccount","name":"alice","namespace":"default"}""", false)]
    public void A_cluster_role_reaches_its_subjects_in_every_namespace(string subject, bool allowed)
    {
        Role("clusterroles", "", "all", """[{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}]""");
        Binding("clusterrolebindings", "", "everyone", "ClusterRole", "all", subject);
        var request = new AccessRequest(Alice, "get") { Resource = "pods", Namespace = "anywhere" };
        Assert.Equal(allowed, new RbacAuthorizer(cluster).Authorize(request).Allowed);
    }

    [Fact]
    public void A_service_account_without_namespace_lives_in_that_of_its_binding()
    {
        Role("clusterroles", "", "view", """[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]""");
        Binding("rolebindings", "default", "robots", "ClusterRole", "view", """{"kind":"ServiceAccount","name":"robot"}""");
        var robot = new ApiUser("system:serviceaccount:default:robot", "", []);
        var decision = new RbacAuthorizer(cluster).Authorize(new AccessRequest(robot, "get") { Resource = "pods", Namespace = "default" });
        Assert.True(decision.Allowed);
        Assert.Equal("RBAC: allowed by RoleBinding \"robots/default\" of ClusterRole \"view\" to ServiceAccount \"robot/default\"", decision.Reason);
    }

    [Theory]
    [InlineData("/healthz", true)]
    [InlineData("/api/v1", true)]
    [InlineData("/metrics", false)]
    public void Paths_are_matched_with_a_star_at_the_end(string path, bool allowed)
    {
        Role("clusterroles", "", "paths", """[{"verbs":["get"],"nonResourceURLs":["/healthz","/api/*"]}]""");
        Binding("clusterrolebindings", "", "paths", "ClusterRole", "paths", """{"kind":"User","name":"alice"}""");
        Assert.Equal(allowed, new RbacAuthorizer(cluster).Authorize(new AccessRequest(Alice, "get") { Path = path }).Allowed);
    }

    [Theory]
    [InlineData("get", "pods", true)]
    [InlineData("delete", "pods", false)]
    [InlineData("*", "pods", false)]
    [InlineData("get", "pods/log", false)]
    public void A_rule_is_covered_only_when_all_of_it_is(string verb, string resource, bool covered)
    {
        PolicyRule[] owned = [new(["get", "list"], [""], ["pods"], [], [])];
        Assert.Equal(covered, PolicyRule.Cover(owned, new PolicyRule([verb], [""], [resource], [], [])));
    }

    [Fact]
    public void A_refusal_speaks_with_upstreams_words()
    {
        var list = new AccessRequest(Alice, "list") { Resource = "pods", Namespace = "default" };
        Assert.Equal("pods is forbidden: User \"alice\" cannot list resource \"pods\" in API group \"\" in the namespace \"default\"", Refusal.Of(list).Message);
        var scale = new AccessRequest(Alice, "patch") { Group = "apps", Resource = "deployments", Subresource = "scale", Name = "web" };
        Assert.Equal(
            "deployments.apps \"web\" is forbidden: User \"alice\" cannot patch resource \"deployments/scale\" in API group \"apps\" at the cluster scope",
            Refusal.Of(scale).Message);
    }

    private static ApiUser Alice { get; } = new("alice", "", ["devs"]);

    private void Role(string resource, string ns, string name, string rules) =>
        cluster.Put(new ObjectKey(Group, resource, ns, name), $$"""{"rules":{{rules}}}""");

    private void Binding(string resource, string ns, string name, string kind, string role, string subject) =>
        cluster.Put(new ObjectKey(Group, resource, ns, name), $$"""{"roleRef":{"kind":"{{kind}}","name":"{{role}}"},"subjects":[{{subject}}]}""");
}
