using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Admission;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using Orchestrator.Api.Tests.Kinds;
using Xunit;

namespace Orchestrator.Api.Tests.Admission;

public sealed class NodeRestrictionTests
{
    private const string Mine = """{"metadata":{"annotations":{"kubernetes.io/config.mirror":"x"}},"spec":{"nodeName":"n1"}}""";
    private const string Mirrored = """
        {"metadata":{"annotations":{"kubernetes.io/config.mirror":"x"},"ownerReferences":[{"apiVersion":"v1","kind":"Node","name":"n1","uid":"u1","controller":true}]},
         "spec":{"nodeName":"n1"$MORE}}
        """;

    private const string Others = """{"metadata":{},"spec":{"nodeName":"n2"}}""";

    [Theory]
    [InlineData("pods", "", """{"spec":{"nodeName":"n1"}}""", null, "pod does not have \"kubernetes.io/config.mirror\" annotation, node \"n1\" can only create mirror pods")]
    [InlineData("pods", "", """{"metadata":{"annotations":{"kubernetes.io/config.mirror":"x"}},"spec":{"nodeName":"n2"}}""", null,
        "node \"n1\" can only create pods with spec.nodeName set to itself")]
    [InlineData("pods", "", Mine, null, "node \"n1\" can only create pods with an owner reference set to itself")]
    [InlineData("persistentvolumeclaims", "", "{}", "{}", "may only update PVC status")]
    [InlineData("persistentvolumeclaims", "status", """{"status":{"capacity":{"storage":"2Gi"}}}""", """{"status":{}}""", null)]
    [InlineData("persistentvolumeclaims", "status", """{"metadata":{"labels":{"a":"b"}},"status":{}}""", """{"metadata":{"labels":{}},"status":{}}""",
        "node \"n1\" is not allowed to update fields other than status.quantity and status.conditions: "
        + "{\"metadata\":{\"labels\":{}},\"status\":{}} became {\"metadata\":{\"labels\":{\"a\":\"b\"}},\"status\":{}}")]
    [InlineData("pods", "exec", "{}", null, "unexpected pod subresource \"exec\", only 'status' and 'eviction' are allowed")]
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
    [InlineData("", "", null)]
    [InlineData("\"uid\":\"u1\"", "\"uid\":\"u2\"", "node n1 UID mismatch: expected u2 got u1")]
    [InlineData("\"controller\":true", "\"controller\":false", "node \"n1\" can only create pods with a controller owner reference set to itself")]
    [InlineData("\"controller\":true", "\"controller\":true,\"blockOwnerDeletion\":true", "node \"n1\" must not set blockOwnerDeletion on an owner reference")]
    [InlineData("\"kind\":\"Node\"", "\"kind\":\"Pod\"", "node \"n1\" can only create pods with an owner reference set to itself")]
    [InlineData("$MORE", ",\"serviceAccountName\":\"a\"", "node \"n1\" can not create pods that reference a service account")]
    [InlineData("$MORE", ",\"volumes\":[{\"secret\":{\"secretName\":\"s\"}}]", "node \"n1\" can not create pods that reference secrets")]
    [InlineData("$MORE", ",\"containers\":[{\"envFrom\":[{\"secretRef\":{\"name\":\"s\"}}]}]", "node \"n1\" can not create pods that reference secrets")]
    [InlineData("$MORE", ",\"volumes\":[{\"projected\":{\"sources\":[{\"configMap\":{\"name\":\"c\"}}]}}]", "node \"n1\" can not create pods that reference configmaps")]
    [InlineData("$MORE", ",\"volumes\":[{\"projected\":{\"sources\":[{\"clusterTrustBundle\":{}}]}}]", "node \"n1\" can not create pods that reference clustertrustbundles")]
    [InlineData("$MORE", ",\"volumes\":[{\"persistentVolumeClaim\":{\"claimName\":\"c\"}}]", "node \"n1\" can not create pods that reference persistentvolumeclaims")]
    public void A_mirror_pod_belongs_to_its_node_and_refers_to_nothing(string part, string replacement, string? expected)
    {
        var document = part.Length == 0 ? Mirrored : Mirrored.Replace(part, replacement, StringComparison.Ordinal);
        var at = KindCase.At((new ObjectKey("", "nodes", "", "n1"), """{"metadata":{"name":"n1","uid":"u1"}}"""));
        var attributes = Attributes("pods", "x", document.Replace("$MORE", "", StringComparison.Ordinal), null, "") with { At = at };
        Assert.Equal(expected is null ? null : $"pods \"x\" is forbidden: {expected}", Plugin.Admit(attributes)?.Message);
    }

    [Fact]
    public void A_kubelet_asks_for_certificates_in_its_own_name()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string? Refusal(string name, string signer)
        {
            var pem = new CertificateRequest($"CN={name},O=system:nodes", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
            var document = new JsonObject { ["spec"] = new JsonObject { ["signerName"] = signer, ["request"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(pem)) } };
            var attributes = AdmissionCase.Attributes("certificates.k8s.io", "certificatesigningrequests", "x", document.ToJsonString(), null, KindCase.At()) with
            {
                Options = new WriteOptions { User = "system:node:n1", Groups = ["system:nodes"] },
            };
            return Plugin.Admit(attributes)?.Message;
        }

        Assert.Null(Refusal("system:node:n1", "kubernetes.io/kubelet-serving"));
        Assert.Null(Refusal("system:node:n2", "example.com/other"));
        Assert.Equal(
            "certificatesigningrequests.certificates.k8s.io \"x\" is forbidden: can only create a node CSR with CN=system:node:n1",
            Refusal("system:node:n2", "kubernetes.io/kube-apiserver-client-kubelet"));
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
