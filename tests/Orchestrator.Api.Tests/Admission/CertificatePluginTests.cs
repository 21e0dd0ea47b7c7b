using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Orchestrator.Api.Admission;
using Orchestrator.Api.Identity;
using Orchestrator.Api.Machinery;
using static Orchestrator.Api.Tests.Kinds.KindCase;

namespace Orchestrator.Api.Tests.Admission;

public sealed class CertificatePluginTests
{
    private const string Group = "certificates.k8s.io";
    private const string Request = """{"spec":{"signerName":"example.com/a"},"status":{}}""";

    /// <summary>alice approves and signs for example.com/a, bob for all of example.com.</summary>
    private static readonly Surroundings Cluster = At(
        (Rbac("clusterroles", "one"), """{"rules":[{"apiGroups":["certificates.k8s.io"],"resources":["signers"],"resourceNames":["example.com/a"],"verbs":["approve","sign"]}]}"""),
        (Rbac("clusterrolebindings", "one"), """{"roleRef":{"kind":"ClusterRole","name":"one"},"subjects":[{"kind":"User","name":"alice"}]}"""),
        (Rbac("clusterroles", "domain"), """{"rules":[{"apiGroups":["certificates.k8s.io"],"resources":["signers"],"resourceNames":["example.com/*"],"verbs":["approve","sign"]}]}"""),
        (Rbac("clusterrolebindings", "domain"), """{"roleRef":{"kind":"ClusterRole","name":"domain"},"subjects":[{"kind":"User","name":"bob"}]}"""));

    [Theory]
    [InlineData("alice", "devs", true)]
    [InlineData("bob", "devs", true)]
    [InlineData("carol", "devs", false)]
    [InlineData("carol", "system:masters", true)]
    public void Only_who_may_decide_for_a_signer_does(string user, string group, bool allowed)
    {
        var approval = Validate("CertificateApproval", "approval", """{"spec":{"signerName":"example.com/a"},"status":{"conditions":[{"type":"Approved","status":"True"}]}}""", user, group);
        var signing = Validate("CertificateSigning", "status", """{"spec":{"signerName":"example.com/a"},"status":{"certificate":"YQ=="}}""", user, group);
        var failing = Validate("CertificateSigning", "status", """{"spec":{"signerName":"example.com/a"},"status":{"conditions":[{"type":"Failed","status":"True"}]}}""", user, group);

        Assert.Equal((allowed, allowed, allowed), (approval is null, signing is null, failing is null));
        if (!allowed)
        {
            Assert.Equal("certificatesigningrequests.certificates.k8s.io \"x\" is forbidden: user not permitted to approve requests with signerName \"example.com/a\"", approval!.Message);
            Assert.Equal("certificatesigningrequests.certificates.k8s.io \"x\" is forbidden: user not permitted to sign requests with signerName \"example.com/a\"", signing!.Message);
        }
    }

    [Fact]
    public void Other_changes_of_the_status_need_no_such_right() =>
        Assert.Null(Validate("CertificateSigning", "status", """{"spec":{"signerName":"example.com/a"},"status":{"conditions":[{"type":"Seen","status":"True"}]}}""", "carol", "devs"));

    [Theory]
    [InlineData("system:masters", "kubernetes.io/kube-apiserver-client", false)]
    [InlineData("devs", "kubernetes.io/kube-apiserver-client", true)]
    [InlineData("system:masters", "example.com/a", true)]
    public void Nobody_becomes_a_master_by_asking(string organization, string signer, bool allowed)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pem = new CertificateRequest($"CN=a, O={organization}", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
        var document = $$"""{"spec":{"signerName":"{{signer}}","request":"{{Convert.ToBase64String(Encoding.ASCII.GetBytes(pem))}}" } }""";
        var attributes = AdmissionCase.Attributes(Group, "certificatesigningrequests", "x", document, null, Cluster);

        Assert.Equal(allowed, Plugin("CertificateSubjectRestriction").Validate(attributes) is null);
    }

    [Fact]
    public void Who_asks_is_written_down_and_when_it_was_decided()
    {
        var asked = AdmissionCase.Attributes(Group, "certificatesigningrequests", "x", """{"spec":{"username":"root","groups":["system:masters"]}}""", null, Cluster) with
        {
            Options = new WriteOptions { User = "alice", UserUid = "7", Groups = ["devs"] },
        };
        Assert.Null(Plugin("CertificateRequester").Admit(asked));
        Assert.Equal("""{"username":"alice","uid":"7","groups":["devs"]}""", asked.Object!["spec"]!.ToJsonString());

        var decided = AdmissionCase.Attributes(Group, "certificatesigningrequests", "x",
            """{"status":{"conditions":[{"type":"Approved","status":"True"}]}}""", Request, Cluster, subresource: "approval");
        Assert.Null(Plugin("CertificateRequester").Admit(decided));
        var condition = decided.Object!["status"]!["conditions"]![0]!;
        Assert.NotNull(condition["lastUpdateTime"]);
        Assert.Equal((string?)condition["lastUpdateTime"], (string?)condition["lastTransitionTime"]);
    }

    private static ApiStatus? Validate(string plugin, string subresource, string document, string user, string group) =>
        Plugin(plugin).Validate(AdmissionCase.Attributes(Group, "certificatesigningrequests", "x", document, Request, Cluster, subresource: subresource) with
        {
            Options = new WriteOptions { User = user, Groups = [group, "system:authenticated"] },
        });

    private static IAdmissionPlugin Plugin(string name) => AdmissionPlugins.BuiltIn.Single(plugin => plugin.Name == name);

    private static ObjectKey Rbac(string resource, string name) => new("rbac.authorization.k8s.io", resource, "", name);
}
