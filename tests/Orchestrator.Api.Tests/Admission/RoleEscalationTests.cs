using Orchestrator.Api.Admission;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using static Orchestrator.Api.Tests.Kinds.KindCase;

namespace Orchestrator.Api.Tests.Admission;

public sealed class RoleEscalationTests
{
    private const string Group = "rbac.authorization.k8s.io";
    private const string ReadsPods = """{"rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get","list"]}]}""";
    private const string ReadsAll = """{"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]}""";

    /// <summary>alice reads pods in ns and may bind the role bindable; root may do everything; keeper may escalate.</summary>
    private static readonly Surroundings Cluster = At(
        (Key("roles", "ns", "reader"), """{"rules":[{"apiGroups":[""],"resources":["pods"],"verbs":["get","list"]},{"apiGroups":["rbac.authorization.k8s.io"],"resources":["roles"],"resourceNames":["bindable"],"verbs":["bind"]}]}"""),
        (Key("rolebindings", "ns", "reader"), """{"roleRef":{"kind":"Role","name":"reader"},"subjects":[{"kind":"User","name":"alice"}]}"""),
        (Key("clusterroles", "", "all"), """{"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]},{"nonResourceURLs":["*"],"verbs":["*"]}]}"""),
        (Key("clusterrolebindings", "", "all"), """{"roleRef":{"kind":"ClusterRole","name":"all"},"subjects":[{"kind":"Group","name":"roots"}]}"""),
        (Key("clusterroles", "", "keeper"), """{"rules":[{"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"],"verbs":["escalate"]}]}"""),
        (Key("clusterrolebindings", "", "keeper"), """{"roleRef":{"kind":"ClusterRole","name":"keeper"},"subjects":[{"kind":"ServiceAccount","namespace":"kube-system","name":"keeper"}]}"""),
        (Key("roles", "ns", "bindable"), ReadsAll));

    [Theory]
    [InlineData("alice", "", "roles", ReadsPods, null, true)]
    [InlineData("alice", "", "roles", ReadsAll, null, false)]
    [InlineData("alice", "", "roles", ReadsAll, ReadsAll, true)]
    [InlineData("alice", "", "clusterroles", ReadsPods, null, false)]
    [InlineData("alice", "system:masters", "roles", ReadsAll, null, true)]
    [InlineData("bob", "roots", "clusterroles", ReadsAll, null, true)]
    [InlineData("system:serviceaccount:kube-system:keeper", "", "clusterroles", ReadsAll, null, true)]
    [InlineData("system:serviceaccount:kube-system:keeper", "", "roles", ReadsAll, null, false)]
    [InlineData("alice", "", "clusterroles", """{"aggregationRule":{"clusterRoleSelectors":[{}]}}""", null, false)]
    [InlineData("bob", "roots", "clusterroles", """{"aggregationRule":{"clusterRoleSelectors":[{}]}}""", null, true)]
    [InlineData("alice", "", "rolebindings", """{"roleRef":{"kind":"Role","name":"reader"}}""", null, true)]
    [InlineData("alice", "", "rolebindings", """{"roleRef":{"kind":"Role","name":"bindable"}}""", null, true)]
    [InlineData("alice", "", "rolebindings", """{"roleRef":{"kind":"ClusterRole","name":"all"}}""", null, false)]
    [InlineData("bob", "roots", "rolebindings", """{"roleRef":{"kind":"ClusterRole","name":"all"}}""", null, true)]
    public void Nobody_grants_what_they_do_not_have(string user, string group, string resource, string document, string? old, bool allowed)
    {
        var attributes = AdmissionCase.Attributes(Group, resource, "x", document, old, Cluster) with
        {
            Options = new WriteOptions { User = user, Groups = [group, "system:authenticated"] },
        };

        var refused = Plugin.Admit(attributes);

        Assert.Equal(allowed, refused is null);
        Assert.True(refused is null or { Code: 403, Reason: "Forbidden" });
    }

    [Fact]
    public void The_refusal_names_what_is_missing()
    {
        var attributes = AdmissionCase.Attributes(
            Group, "roles", "x", """{"rules":[{"apiGroups":[""],"resources":["pods","secrets"],"verbs":["get","delete"]}]}""", null, Cluster) with
        {
            Options = new WriteOptions { User = "alice", Groups = ["devs", "system:authenticated"] },
        };

        Assert.Equal(
            """
            roles.rbac.authorization.k8s.io "x" is forbidden: user "alice" (groups=["devs" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:
            {APIGroups:[""], Resources:["pods"], Verbs:["delete"]}
            {APIGroups:[""], Resources:["secrets"], Verbs:["get" "delete"]}
            """.ReplaceLineEndings("\n"),
            Plugin.Admit(attributes)!.Message);
    }

    [Fact]
    public void Binding_a_role_that_is_not_there_says_so() =>
        Assert.Equal(404, Plugin.Admit(AdmissionCase.Attributes(Group, "rolebindings", "x", """{"roleRef":{"kind":"Role","name":"none"}}""", null, Cluster) with
        {
            Options = new WriteOptions { User = "alice", Groups = ["devs"] },
        })!.Code);

    [Fact]
    public void Who_writes_from_inside_the_cluster_is_not_limited() =>
        Assert.Null(Plugin.Admit(AdmissionCase.Attributes(Group, "roles", "x", ReadsAll, null, Cluster)));

    private static IAdmissionPlugin Plugin => AdmissionPlugins.BuiltIn.Single(plugin => plugin.Name == "RoleEscalation");

    private static ObjectKey Key(string resource, string ns, string name) => new(Group, resource, ns, name);
}
