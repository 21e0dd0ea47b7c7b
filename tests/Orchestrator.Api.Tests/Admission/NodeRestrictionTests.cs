using Orchestrator.Api.Admission;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Tests.Kinds;
using Xunit;

namespace Orchestrator.Api.Tests.Admission;

public sealed class NodeRestrictionTests
{
    private const string Mine = """{"metadata":{"annotations":{"kubernetes.io/config.mirror":"x"}},"spec":{"nodeName":"n1"}}""";
    private const string Others = """{"metadata":{},"spec":{"nodeName":"n2"}}""";

    [Theory]
    [InlineData("pods", "", Mine, null, null)]
    [InlineData("pods", "", """{"spec":{"nodeName":"n1"}}""", null, "pod does not have \"kubernetes.io/config.mirror\" annotation, node \"n1\" can only create mirror pods")]
    [InlineData("pods", "", """{"metadata":{"annotations":{"kubernetes.io/config.mirror":"x"}},"spec":{"nodeName":"n2"}}""", null,
        "node \"n1\" can only create pods with spec.nodeName set to itself")]
    [InlineData("pods", "", """{"metadata":{"annotations":{"kubernetes.io/config.mirror":"x"}},"spec":{"nodeName":"n1","volumes":[{"secret":{}}]}}""", null,
        "node \"n1\" can not create pods that reference secrets")]
    [InlineData("pods", "status", Others, Others, "node \"n1\" can only update pod status for pods with spec.nodeName set to itself")]
    [InlineData("pods", "status", Mine, Mine, null)]
    [InlineData("pods", "", null, Others, "node \"n1\" can only delete pods with spec.nodeName set to itself")]
    [InlineData("pods", "", null, Mine, null)]
    [InlineData("nodes", "status", "{}", "{}", "node \"n1\" is not allowed to modify node \"x\"")]
    [InlineData("configmaps", "", "{}", null, null)]
    public void A_kubelet_touches_only_what_is_its_own(string resource, string subresource, string? document, string? old, string? expected)
    {
        var attributes = Attributes(resource, "x", document, old, subresource);
        Assert.Equal(expected is null ? null : $"{resource} \"x\" is forbidden: {expected}", Plugin.Admit(attributes)?.Message);
        Assert.Null(Plugin.Admit(attributes with { Options = new WriteOptions { User = "alice", Groups = ["system:authenticated"] } }));
    }

    [Theory]
    [InlineData("""{"metadata":{"labels":{"kubernetes.io/hostname":"n1","own":"1","kubelet.kubernetes.io/x":"1"}}}""", "{}", null)]
    [InlineData("""{"metadata":{"labels":{"node-role.kubernetes.io/master":"","a.node-restriction.kubernetes.io/b":"1"}}}""", "{}",
        "is not allowed to modify labels: a.node-restriction.kubernetes.io/b, node-role.kubernetes.io/master")]
    [InlineData("""{"spec":{"taints":[]}}""", """{"spec":{"taints":[{"key":"a"}]}}""", "node \"n1\" is not allowed to modify taints")]
    public void A_kubelet_changes_of_its_node_what_steers_no_pods(string document, string old, string? expected) => Assert.Equal(
        expected is null ? null : $"nodes \"n1\" is forbidden: {expected}", Plugin.Admit(Attributes("nodes", "n1", document, old, ""))?.Message);

    [Theory]
    [InlineData("approval", "CertificateApproval", "certificates-approver", null)]
    [InlineData("approval", "CertificateApproval", "nobody", "user not permitted to approve requests with signerName \"example.com/serving\"")]
    [InlineData("status", "CertificateSigning", "nobody", "user not permitted to sign requests with signerName \"example.com/serving\"")]
    public void Only_who_may_approves_and_signs(string subresource, string plugin, string user, string? expected)
    {
        const string Request = """{"metadata":{"name":"x"},"spec":{"signerName":"example.com/serving"},"status":$STATUS}""";
        var at = KindCase.At(
            (new ObjectKey("rbac.authorization.k8s.io", "clusterroles", "", "approve"),
                """{"metadata":{"name":"approve"},"rules":[{"apiGroups":["certificates.k8s.io"],"resources":["signers"],"resourceNames":["example.com/*"],"verbs":["approve"]}]}"""),
            (new ObjectKey("rbac.authorization.k8s.io", "clusterrolebindings", "", "approve"), """
                {"metadata":{"name":"approve"},"roleRef":{"kind":"ClusterRole","name":"approve"},"subjects":[{"kind":"User","name":"certificates-approver"}]}
                """));
        var attributes = AdmissionCase.Attributes(
            "certificates.k8s.io", "certificatesigningrequests", "x", Request.Replace("$STATUS", """{"certificate":"x"}""", StringComparison.Ordinal),
            Request.Replace("$STATUS", "{}", StringComparison.Ordinal), at, subresource: subresource) with
        {
            Options = new WriteOptions { User = user, Groups = ["system:authenticated"] },
        };
        var refusal = AdmissionPlugins.BuiltIn.Single(candidate => candidate.Name == plugin).Validate(attributes)?.Message;
        Assert.Equal(expected is null ? null : "certificatesigningrequests.certificates.k8s.io \"x\" is forbidden: " + expected, refusal);
    }

    private static IAdmissionPlugin Plugin => AdmissionPlugins.BuiltIn.Single(plugin => plugin.Name == "NodeRestriction");

    private static AdmissionAttributes Attributes(string resource, string name, string? document, string? old, string subresource) =>
        AdmissionCase.Attributes("", resource, name, document, old, KindCase.At(), document is null ? AdmissionOperation.Delete : null, subresource) with
        {
            Options = new WriteOptions { User = "system:node:n1", Groups = ["system:nodes", "system:authenticated"] },
        };
}
