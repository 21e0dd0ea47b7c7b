using System.Security.Cryptography.X509Certificates;
using Orchestrator.Gateway.Certificates;
using Orchestrator.Gateway.Tests.Fakes;

namespace Orchestrator.Gateway.Tests.Verbs;

public sealed class AccessTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    [Fact]
    public async Task Without_credentials_one_is_anonymous_and_may_only_ask_for_health()
    {
        Assert.Equal(200, (await GatewayFixture.SendAsync(gateway.Nobody, "GET", "/readyz")).Code);
        var (code, status) = await GatewayFixture.SendAsync(gateway.Nobody, "GET", "/api/v1/nodes");
        Assert.Equal(403, code);
        Assert.Equal("nodes is forbidden: User \"system:anonymous\" cannot list resource \"nodes\" in API group \"\" at the cluster scope", status["message"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_wrong_token_is_unauthorized()
    {
        using var client = gateway.Client("wrong");
        Assert.Equal(401, (await GatewayFixture.SendAsync(client, "GET", "/api/v1/nodes")).Code);
    }

    [Fact]
    public async Task The_administrators_certificate_opens_everything()
    {
        using var client = gateway.Client(null, Loaded(gateway.Authority.IssueAdministrator()));
        Assert.Equal(200, (await GatewayFixture.SendAsync(client, "GET", "/api/v1/nodes")).Code);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_unauthorized()
    {
        using var other = ClusterAuthority.Create(TimeProvider.System);
        using var client = gateway.Client(null, Loaded(other.IssueAdministrator()));
        Assert.Equal(401, (await GatewayFixture.SendAsync(client, "GET", "/api/v1/nodes")).Code);
    }

    [Fact]
    public async Task Acting_as_another_needs_the_right_to()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/nodes");
        request.Headers.Add("Impersonate-User", "alice");
        using var asAlice = await gateway.Admin.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Contains("User \\\"alice\\\" cannot list", await asAlice.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        using var stolen = new HttpRequestMessage(HttpMethod.Get, "/api/v1/nodes");
        stolen.Headers.Add("Impersonate-User", "admin");
        using var refused = await gateway.Alice.SendAsync(stolen, TestContext.Current.CancellationToken);
        Assert.Contains("cannot impersonate-on:user-info:list", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/api/v1/namespaces/mine/nodes")]
    [InlineData("POST", "/api/v1/namespaces/mine/nodes")]
    [InlineData("GET", "/api/v1/namespaces/mine/nodes?watch=1")]
    [InlineData("DELETE", "/api/v1/namespaces/mine/nodes/n1")]
    [InlineData("GET", "/api/v1/namespaces/mine/namespaces")]
    [InlineData("DELETE", "/api/v1/namespaces/mine/namespaces/default")]
    [InlineData("DELETE", "/api/v1/namespaces/mine/namespaces/mine")]
    [InlineData("POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/mine/clusterrolebindings")]
    [InlineData("PATCH", "/apis/rbac.authorization.k8s.io/v1/namespaces/mine/clusterroles/edit")]
    [InlineData("POST", "/apis/authorization.k8s.io/v1/namespaces/mine/subjectaccessreviews")]
    public async Task Who_may_do_everything_in_a_namespace_reaches_nothing_of_the_cluster_through_it(string method, string path)
    {
        gateway.Seed("clusterroles", "", "everything", """{"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]}""", "rbac.authorization.k8s.io");
        gateway.Seed("rolebindings", "mine", "everything", """
            {"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"everything"},
             "subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"alice"}]}
            """, "rbac.authorization.k8s.io");

        var (code, status) = await GatewayFixture.SendAsync(gateway.Alice, method, path, "{}");

        Assert.Equal((404, "the server could not find the requested resource"), (code, (string?)status["message"]));
    }

    [Theory]
    [InlineData("GET", "/api/v1/pods", 200)]
    [InlineData("GET", "/api/v1/pods/a", 404)]
    [InlineData("DELETE", "/apis/apps/v1/deployments/a", 404)]
    [InlineData("GET", "/api/v1/watch/pods/a", 404)]
    [InlineData("POST", "/api/v1/pods", 405)]
    [InlineData("DELETE", "/api/v1/pods", 405)]
    [InlineData("POST", "/apis/authorization.k8s.io/v1/localsubjectaccessreviews", 404)]
    public async Task Outside_of_a_namespace_what_lives_in_one_can_be_listed_and_watched_alone(string method, string path, int expected) =>
        Assert.Equal(expected, (await GatewayFixture.SendAsync(gateway.Admin, method, path, method == "GET" ? null : "{}")).Code);

    [Fact]
    public async Task A_service_accounts_token_dies_with_the_account()
    {
        gateway.Seed("serviceaccounts", "tokens", "robot", """{"metadata":{"uid":"robot-uid"}}""");
        var token = gateway.Services.Issuer.Issue("tokens", "robot", "robot-uid", [], TimeSpan.FromHours(1), null);
        using var client = gateway.Client(token.Token);
        var (code, status) = await GatewayFixture.SendAsync(client, "GET", "/api/v1/nodes");
        Assert.Equal(403, code);
        Assert.Contains("system:serviceaccount:tokens:robot", status["message"]!.GetValue<string>(), StringComparison.Ordinal);
        gateway.Cluster.Remove(new Api.Identity.ObjectKey("", "serviceaccounts", "tokens", "robot"));
        Assert.Equal(401, (await GatewayFixture.SendAsync(client, "GET", "/api/v1/nodes")).Code);
    }

    private static X509Certificate2 Loaded(IssuedCertificate issued)
    {
        using var pair = issued.ToCertificate();
        return X509CertificateLoader.LoadPkcs12(pair.Export(X509ContentType.Pkcs12), null);
    }
}
