using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Identity;
using Orchestrator.Controllers.Certificates;
using Orchestrator.Controllers.Plans;
using Orchestrator.Controllers.Tests.Harness;

namespace Orchestrator.Controllers.Tests.Certificates;

public sealed class CertificateReconcilerTests
{
    private const string Kubelet = "kubernetes.io/kube-apiserver-client-kubelet";
    private const string Client = "kubernetes.io/kube-apiserver-client";
    private const string Serving = "kubernetes.io/kubelet-serving";
    private const string ClientUsages = "digital signature, client auth";
    private const string ServingUsages = "digital signature, key encipherment, server auth";

    private static readonly ObjectKey Key = new("certificates.k8s.io", "certificatesigningrequests", "", "csr");
    private readonly FakeCluster cluster = new();
    private readonly RecordingSigner signer = new();
    private readonly CertificateReconciler reconciler;

    public CertificateReconcilerTests()
    {
        reconciler = new CertificateReconciler(signer);
        Grant("asks-for-itself", "selfnodeclient", "system:nodes");
        Grant("asks-for-nodes", "nodeclient", "system:bootstrappers");
    }

    [Theory]
    [InlineData("system:node:a", "system:node:a", "system:nodes", ClientUsages, "Auto approving self kubelet client certificate after SubjectAccessReview.")]
    [InlineData("system:node:a", "system:bootstrap:abc", "system:bootstrappers", ClientUsages, "Auto approving kubelet client certificate after SubjectAccessReview.")]
    [InlineData("system:node:a", "system:node:b", "system:nodes", ClientUsages, null)]
    [InlineData("system:node:a", "someone", "system:authenticated", ClientUsages, null)]
    [InlineData("system:node:a", "system:node:a", "system:nodes", ServingUsages, null)]
    [InlineData("alice", "alice", "system:nodes", ClientUsages, null)]
    public void A_nodes_own_request_is_approved_when_it_may_ask(string commonName, string user, string group, string usages, string? message)
    {
        cluster.Put(Key.GroupResource, Asking.Request(commonName, "system:nodes", Kubelet, usages, user, [group]));

        Step();

        Assert.Equal(message, (string?)Condition("Approved")?["message"]);
        Assert.Empty(signer.Certificates);
    }

    [Fact]
    public void What_nodes_serve_with_is_never_approved_by_itself()
    {
        cluster.Put(Key.GroupResource, Asking.Request("system:node:a", "system:nodes", Serving, ServingUsages, "system:node:a", ["system:nodes"], "node"));

        Step();

        Assert.Null(Condition("Approved"));
    }

    [Theory]
    [InlineData("alice", "devs", Client, "client auth", null, 365 * 24 * 3600)]
    [InlineData("alice", "devs", Client, "client auth, digital signature, key encipherment", 3600, 3600)]
    [InlineData("alice", "devs", Client, "client auth", 1, 600)]
    [InlineData("alice", "devs", Client, "client auth", int.MaxValue, 365 * 24 * 3600)]
    [InlineData("system:node:a", "system:nodes", Kubelet, ClientUsages, null, 365 * 24 * 3600)]
    [InlineData("system:node:a", "system:nodes", Serving, ServingUsages, null, 365 * 24 * 3600)]
    public void What_is_approved_is_signed_once(string commonName, string organization, string by, string usages, int? seconds, int lifetime)
    {
        cluster.Put(Key.GroupResource, Asking.Request(commonName, organization, by, usages, dnsName: by == Serving ? "node" : "", seconds: seconds));
        Decide("Approved");

        Step();
        Step();

        Assert.Equal([(commonName, usages, TimeSpan.FromSeconds(lifetime))], signer.Certificates);
        Assert.Equal("signed", Encoding.ASCII.GetString(Convert.FromBase64String((string)cluster.Read(Key)["status"]!["certificate"]!)));
    }

    [Theory]
    [InlineData("alice", "", Client, "server auth", "", "invalid usage for client certificate: server auth")]
    [InlineData("alice", "", Client, "digital signature", "", "missing required usage for client certificate: client auth")]
    [InlineData("alice", "system:nodes", Kubelet, ClientUsages, "", "subject common name does not begin with system:node:")]
    [InlineData("system:node:a", "devs", Kubelet, ClientUsages, "", "subject organization is not system:nodes")]
    [InlineData("system:node:a", "system:nodes", Kubelet, ClientUsages, "node", "DNS subjectAltNames are not allowed")]
    [InlineData("system:node:a", "system:nodes", Kubelet, "client auth", "", "usages did not match [client auth digital signature key encipherment]")]
    [InlineData("system:node:a", "system:nodes", Serving, ServingUsages, "", "DNS or IP subjectAltName is required")]
    [InlineData("system:node:a", "system:nodes", Serving, ClientUsages, "node", "usages did not match [digital signature key encipherment server auth]")]
    public void What_a_signer_does_not_sign_fails_and_says_why(string commonName, string organization, string by, string usages, string dnsName, string message)
    {
        cluster.Put(Key.GroupResource, Asking.Request(commonName, organization, by, usages, dnsName: dnsName));
        Decide("Approved");

        Step();

        Assert.Equal(("SignerValidationFailure", message), ((string?)Condition("Failed")!["reason"], (string?)Condition("Failed")!["message"]));
        Assert.NotNull(Condition("Approved"));
        Assert.Empty(signer.Certificates);
        Assert.Empty(Plan().Writes);
    }

    [Theory]
    [InlineData("Denied", Client)]
    [InlineData("Approved", "example.com/signer")]
    public void What_is_denied_or_for_others_is_left_alone(string decision, string by)
    {
        cluster.Put(Key.GroupResource, Asking.Request("alice", "devs", by, "client auth"));
        Decide(decision);

        Assert.Empty(Plan().Writes);
    }

    [Theory]
    [InlineData("", false, 24)]
    [InlineData("Denied", false, 1)]
    [InlineData("Failed", false, 1)]
    [InlineData("Approved", true, 1)]
    [InlineData("Approved", false, null)]
    public void A_request_that_has_served_goes(string decision, bool issued, int? hours)
    {
        cluster.Put(Key.GroupResource, Asking.Request("alice", "devs", "example.com/signer", "client auth"));
        if (decision.Length > 0)
        {
            Decide(decision);
        }

        if (issued)
        {
            cluster.Change(Key, document => document["status"]!["certificate"] = Convert.ToBase64String("no certificate"u8.ToArray()));
        }

        if (hours is not { } kept)
        {
            Assert.Equal((0, null), (Plan().Writes.Count, Plan().RequeueAfter));
            return;
        }

        Assert.Equal(TimeSpan.FromHours(kept), Plan().RequeueAfter);
        cluster.Now += TimeSpan.FromHours(kept);
        Assert.IsType<PlannedWrite.Delete>(Assert.Single(Plan().Writes));
    }

    private Plan Plan() => reconciler.Reconcile(Key, cluster, cluster.Now);

    private void Step() => cluster.Apply(Plan());

    private JsonNode? Condition(string type) =>
        (cluster.Read(Key)["status"]?["conditions"] as JsonArray ?? []).FirstOrDefault(condition => (string?)condition!["type"] == type);

    private void Decide(string type) => cluster.Change(Key, document => document["status"] = new JsonObject
    {
        ["conditions"] = new JsonArray(new JsonObject
        {
            ["type"] = type, ["status"] = "True", ["lastUpdateTime"] = cluster.Now.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
        }),
    });

    private void Grant(string name, string subresource, string group)
    {
        const string Rbac = "rbac.authorization.k8s.io";
        cluster.Put(new GroupResource(Rbac, "clusterroles"),
            $$"""{"metadata":{"name":"{{name}}"},"rules":[{"apiGroups":["certificates.k8s.io"],"resources":["certificatesigningrequests/{{subresource}}"],"verbs":["create"]}]}""");
        cluster.Put(new GroupResource(Rbac, "clusterrolebindings"),
            $$"""{"metadata":{"name":"{{name}}"},"roleRef":{"kind":"ClusterRole","name":"{{name}}"},"subjects":[{"kind":"Group","name":"{{group}}"}]}""");
    }
}
